"""Audiences: from YAML to SQL."""
