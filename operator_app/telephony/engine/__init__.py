"""The phone engine: a process of its own, the only home of pjsua2.

One thread owns the library. The rules it lives by are in `docs/decisions`; each was learnt by breaking it. Nothing but
plain frozen values leaves this process.
"""
