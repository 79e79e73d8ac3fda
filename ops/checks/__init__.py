"""What ``doctor`` looks at, a file for each part of the platform; ops/doctor.py asks them all."""
