"""Files: pictures that go in, recordings that come out."""
