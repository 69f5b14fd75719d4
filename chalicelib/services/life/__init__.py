"""The life of a service: uploads, orders, versions, packages, the publisher."""
