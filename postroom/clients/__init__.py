"""Clients, patients, contacts, their addresses and families."""
