"""Head office under load: real server processes, real HTTP, signed requests, real documents."""
