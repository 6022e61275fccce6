#!/bin/sh
# Runs the service in a folder, and starts it again whenever it ends, until the file `stopped` is there.
cd "$1" || exit 1
echo $$ >supervisor.pid
trap 'touch stopped; kill "$child" 2>/dev/null' TERM
while [ ! -e stopped ]; do
  sh ./run >>log 2>&1 &
  child=$!
  echo "$child" >pid
  wait "$child"
  echo $? >last-end
  # A second wait, since the first ends at a signal to this script too.
  wait "$child" 2>/dev/null
  echo x >>starts
done
rm -f pid supervisor.pid
