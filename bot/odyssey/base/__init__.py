"""Types, errors and fields: what all of the client rests on."""
