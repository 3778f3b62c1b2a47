"""Line icons (Lucide, ISC licence), tinted by the theme when they are drawn."""
