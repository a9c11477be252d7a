"""What docs/reliability.md says in words; the counts come from the run."""

from __future__ import annotations

PROMISES = {
    "I1": "Some password that is kept somewhere durable opens the account: in the program, in what it refers to, or in "
    "the state. Where none does, the error says which step a human takes. And no error leaves you without advice.",
    "I2": "The state claims only what the server has accepted, and a run that ends well has done what it says.",
    "I3": "Running it again ends well, with one write more at most; and the run after that changes nothing.",
    "I4": "A value that was accepted is not sent again, but once to repair a drift, and once after each fault.",
    "I5": "No log-in fails in the ordinary case; after a fault one for each run at most, and in all two fewer than "
    "lock an account.",
    "I6": "No secret stands in a message, an error, an address or the clear part of the state, and none goes to "
    "another host.",
    "I7": "Taking away a password that somebody else has set since does nothing, and says so.",
    "I8": "Requests come one after the other, and nothing is written any more once the engine is dead.",
    "I9": "What a preview refuses, the run refuses; what it allows, the run does not refuse for a reason that could be "
    "read before.",
}
HEAD = """# Reliability

Made from a run by `make reliability`; the last step of `make faults` fails when it is stale.

{faults} things that can go wrong with a request, once and twice in a row, at every request of every operation, in
{systems} simulated systems: {cells} cells. In each, a run is disturbed; then come a preview, a clean run, a refresh and
another run. After every step nine promises are checked, by what the server says and by logging in; what a run leaves
that ends well is held against what it leaves undisturbed.

- **{verdict}**{unavoidable}
- After {converged} the clean run ended well{otherwise}.
- The same faults on what one would write instead: cells that break a promise are {alternatives}.
{real}- When processes die, disks are full or clocks jump, other tests tell what to type: [recovery](recovery.md).
"""
REAL = "- {cells} cells, a diagonal through the matrix, are played again with the real `pulumi`. {verdict}\n"
ALTERNATIVES_HEAD = """
## Beside the alternatives

The operations that all of them have, against the same simulated servers, judged by the same functions: {operations}.
The alternatives may fail in words of their own, and follow a redirect as long as no secret goes along. They don't try
again by themselves: `requests` does not, and a first version of such a call has no retries.

"""
BY_FAULT = """
What is behind it:

- An answer is lost. What the script had made up is lost with it. The naive provider sends the same value again, which
  OneLogin and MyAccount refuse as used before; ETNA Trader refuses the old one. So it never converges.
- A proxy says 200, with a page of its own. Who looks at the status only takes that for done.
- `requests` follows redirects, and after a 307 sends the password to the other host.
- The plugin of a killed run writes to its end.

By fault: the cells that break any other promise than I7. That one they break in every cell where it applies, also
undisturbed: they don't look at who has set the password.

"""
MATRIX = """
## The matrix

How the runs with the fault in them ended: ✓ is well, letters are an error, and the number says how often. There is one
such run for each request of the operation and each of once and twice, and another where the run was over before the
second fault. Behind an arrow: the clean runs that did not end well. *Committed* means that the server has done what it
was asked, and only the answer is wrong.

"""
COVERAGE = """
## What is not covered

- **The real servers.** Okta, OneLogin and ETNA are simulated by their manuals. What a manual does not say, or says
  wrongly, no cell can find.
- **An expired password at ETNA Trader.** The manual does not say with which status a log-in tells of it, and library
  and simulator read that in two ways. The calls have tests of their own.
- **Two different faults in one run**, and three in a row.
- **TLS, and hostile bytes.** The matrix speaks http on loopback. Certificates, downgrades and arbitrary answers have
  tests of their own.
- **Many accounts at once.** Each cell has one. What becomes of many is told under [rate limits](rate-limits.md).
- **A request that the server carries out late**, after the next run: no client can prevent it.
  [Recovery](recovery.md#what-nobody-can-prevent) says what to do, and tests prove that a refresh reports it.
- **Pulumi's engine in the matrix is played**: the order of its calls, and what it stores. The diagonal and the tests of
  killed runs have the real one; the alternatives have not.
- **The alternatives' other operations.** Neither can adopt, refresh, expire or deactivate.

## Run it again

```console
$ make faults
```

The counts are the same each time; they hold no timings. Each cell with its message is in `build/faults/*.json`, those
with the real `pulumi` in `build/diagonal/*.json`. `make reliability` writes this page from them.
"""
