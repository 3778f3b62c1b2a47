"""Tasks (待办): what a person must look at."""
