"""What a move to CDK Terrain and AWS provider 6 takes, tried: ``python -m fork`` (docs/adr/0022)."""
