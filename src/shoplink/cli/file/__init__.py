"""What the subcommands that read files of tables share."""
