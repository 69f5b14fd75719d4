"""What comes in by other ways than web forms; what goes out is `cases/notices`."""
