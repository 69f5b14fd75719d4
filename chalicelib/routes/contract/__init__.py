"""The HTTP contract as data: OpenAPI 3.1 documents of the platform and of each service version.

Schemas of requests are those that the code checks with; what an answer holds is written down here
and held against real answers by the tests. Loaded when somebody asks for a document.
"""
