"""Who may see: the command line, the service and the gate. The only package that knows HTTP."""
