"""Everything around the application: resources as data, packaging, deployment, local runs."""
