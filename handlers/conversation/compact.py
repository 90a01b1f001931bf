"""JSON as it is kept: no spaces, letters as they are. What goes into it is decided elsewhere."""

from json import JSONEncoder

# One encoder for all: json.dumps makes a new one wherever an option differs from its defaults.
compact_json = JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode
