"""The parts of scripted_server.py: a peer that plays HTTP/1.1 and RFC 6455 byte for byte, as a script tells it."""
