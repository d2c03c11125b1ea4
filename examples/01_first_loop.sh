#!/bin/sh
# One prompt for voice 1. Send it again with other words while it plays: the change lands on a bar.
# usage: 01_first_loop.sh ["words"] [port]
oscsend localhost "${2:-7433}" /riff/1/prompt s "${1:-funk slap bass and drums}"
