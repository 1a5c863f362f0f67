"""A window as a program: Qt and asyncio started, errands run beside the screen, sounds, the control door."""
