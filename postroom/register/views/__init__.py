"""The register's pages, a file for each."""
