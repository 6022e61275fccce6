/** The page's look: one column that reads at any width, light or dark as the system has it. */

export const style = `
:root {
  color-scheme: light dark;
  --paper: #fbfbfa; --card: #fff; --ink: #1b1f24; --faint: #5b6570; --line: #dfe2e6;
  --accent: #0a5fb4; --well: #1a6b3c; --unwell: #a8380b; --warm: #fff4ec; --fresh: #e3f0fd;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171b; --card: #1b1f25; --ink: #e7eaee; --faint: #9aa5b1; --line: #313841;
    --accent: #7db8f7; --well: #6fcf97; --unwell: #f5a177; --warm: #2b211b; --fresh: #1c2e42;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
header, main, footer { max-width: 72rem; margin: 0 auto; padding: 0 1.5rem; }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 1rem; padding-top: 2rem; }
h1 { margin: 0; font-size: 1.25rem; }
h2 { margin: 0 0 .75rem; font-size: 1.0625rem; }
h3 { margin: 0 0 .5rem; font-size: 1rem; display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; }
#summary { margin: 0; color: var(--faint); flex: 1; }
#live { margin: 0; color: var(--faint); font-size: .875rem; }
#live:not(:empty)::before { content: ""; display: inline-block; width: .5rem; height: .5rem; margin-right: .4rem; border-radius: 50%; background: var(--well); }
#live.lost::before { background: var(--unwell); }
section { margin: 2rem 0; }
section:empty { display: none; }
ul { margin: 0; padding: 0; list-style: none; }
p { margin: 0; overflow-wrap: anywhere; }
a { color: var(--accent); text-decoration-thickness: 1px; text-underline-offset: .2em; }
a:focus-visible, input:focus-visible, code:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
code { font: .875em/1.5 ui-monospace, monospace; background: var(--paper); border: 1px solid var(--line); border-radius: 4px; padding: .1em .4em; overflow-wrap: anywhere; user-select: all; }
.code { color: var(--faint); font-size: .8125rem; }
.troubles { border: 1px solid var(--unwell); border-left-width: 4px; border-radius: 6px; background: var(--warm); }
.troubles li { padding: .75rem 1rem; }
.troubles li + li { border-top: 1px solid var(--line); }
.hint { margin-top: .25rem; }
.exceptions li { padding: .5rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
.more, .empty { margin-top: .75rem; color: var(--faint); }
.title { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: .25rem 1rem; }
#find { display: flex; align-items: baseline; gap: .5rem; }
#find[hidden] { display: none; }
input { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--faint); border-radius: 6px; padding: .25rem .6rem; width: 14rem; max-width: 100%; }
table { width: 100%; border-collapse: collapse; background: var(--card); border: 1px solid var(--line); }
caption { text-align: left; color: var(--faint); padding-bottom: .5rem; }
th, td { text-align: left; vertical-align: top; padding: .5rem .75rem; font-weight: 400; overflow-wrap: anywhere; }
thead th { color: var(--faint); font-size: .875rem; }
tbody tr { border-top: 1px solid var(--line); }
tbody th { font-weight: 600; }
td:last-child { white-space: nowrap; color: var(--faint); }
.parts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(20rem, 100%), 1fr)); gap: 1rem; }
article { background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: 1rem; }
h3 span { font-weight: 400; font-size: .875rem; }
.well { color: var(--well); }
.unwell { color: var(--unwell); }
dl { margin: 0; font-size: .9375rem; }
dl div { display: grid; grid-template-columns: 6rem 1fr; gap: .5rem; padding: .125rem 0; }
dt { color: var(--faint); }
dd { margin: 0; overflow-wrap: anywhere; }
footer { padding-bottom: 2rem; color: var(--faint); font-size: .875rem; }
@media (prefers-reduced-motion: no-preference) {
  .fresh { animation: fresh 4s ease-out; }
  @keyframes fresh { from { background: var(--fresh); } }
}
@media (max-width: 44rem) {
  header, main, footer { padding-left: 1rem; padding-right: 1rem; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table, tbody, caption { display: block; }
  table { border: 0; background: none; }
  tbody { background: var(--card); border: 1px solid var(--line); border-radius: 6px; }
  tbody tr { display: grid; grid-template: "name name" "address since" "from cluster" / 1fr auto; gap: 0 1rem; padding: .6rem .75rem; }
  tbody tr:first-child { border-top: 0; }
  tbody th, tbody td { padding: 0; }
  tbody th { grid-area: name; }
  tbody td { font-size: .9375rem; }
  td:nth-child(2) { grid-area: address; }
  td:nth-child(3) { grid-area: cluster; color: var(--faint); }
  td:nth-child(4) { grid-area: from; color: var(--faint); }
  td:nth-child(5) { grid-area: since; text-align: right; }
  #summary { order: 3; flex-basis: 100%; }
  #live { margin-left: auto; }
}
`;
