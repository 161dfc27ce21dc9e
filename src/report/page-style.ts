import { fontAddress } from './fonts.ts'
import { dark, light, type Palette } from './palette.ts'

/** The style sheet of a report page, fonts included. */
export async function pageStyle(): Promise<string> {
  const [regular, bold] = await Promise.all([fontAddress('Regular'), fontAddress('SemiBold')])
  return [
    `@font-face{font-family:Inter;font-weight:400;src:url(${regular}) format("woff2")}`,
    `@font-face{font-family:Inter;font-weight:600 700;src:url(${bold}) format("woff2")}`,
    `:root{color-scheme:light dark;${variables(light)}}`,
    `@media screen and (prefers-color-scheme:dark){:root{${variables(dark)}}${chartsInTheDark()}}`,
    rules,
  ].join('\n')
}

function variables(palette: Palette): string {
  const { series, ...rest } = palette
  const named = { ...rest, accent: series[0]!, second: series[1]! }
  return Object.entries(named)
    .map(([name, colour]) => `--${name}:${colour}`)
    .join(';')
}

/** Charts are drawn in the light colours; here each one is swapped for its partner in the dark palette. */
function chartsInTheDark(): string {
  const pairs: [string, string][] = [
    [light.ink, dark.ink],
    [light.soft, dark.soft],
    [light.line, dark.line],
    [light.grid, dark.grid],
    [light.surface, dark.surface],
    ...light.series.map((colour, i): [string, string] => [colour, dark.series[i]!]),
  ]
  return pairs
    .map(([from, to]) => `.chart svg [fill="${from}"]{fill:${to}}.chart svg [stroke="${from}"]{stroke:${to}}`)
    .join('')
}

const rules = `
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.6 Inter,system-ui,sans-serif;font-kerning:normal}
header,main,footer{max-width:1040px;margin:0 auto;padding:0 24px}
header{padding-top:56px}
main{padding-top:28px}
.mark{margin:0 0 14px;color:var(--accent);font-size:13px;font-weight:600;letter-spacing:.08em;text-transform:uppercase}
h1{margin:0;font-size:clamp(28px,5vw,40px);font-weight:600;line-height:1.15;letter-spacing:-.02em;text-wrap:balance}
.subtitle{margin:12px 0 0;max-width:68ch;color:var(--soft);font-size:18px;line-height:1.5}
h2{margin:56px 0 16px;font-size:24px;font-weight:600;line-height:1.25;letter-spacing:-.012em}
main>h2:first-child{margin-top:20px}
h3{margin:32px 0 12px;font-size:18px;font-weight:600;line-height:1.3}
p,ul{margin:0 0 16px;max-width:72ch}
ul{padding-left:1.2em}
li{margin:4px 0}
a{color:var(--accent);text-underline-offset:2px}
code{padding:.1em .35em;border-radius:4px;background:var(--grid);font:.9em/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
nav{margin:28px 0 0}
nav ul{display:flex;flex-wrap:wrap;gap:6px 20px;max-width:none;margin:0;padding:14px 0 0;border-top:1px solid var(--grid);list-style:none;font-size:14px}
nav li{margin:0}
nav a{color:var(--soft);text-decoration:none}
nav a:hover{color:var(--accent);text-decoration:underline}
:focus-visible{outline:2px solid var(--accent);outline-offset:3px;border-radius:4px}
.card{margin:0 0 20px;padding:20px 22px;border:1px solid var(--grid);border-radius:12px;background:var(--surface)}
.row{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,380px),1fr));gap:20px;margin:0 0 20px;align-items:start}
.row>.card{margin:0;height:100%}
.row>div>:last-child{margin-bottom:0}
figcaption,.title{margin:0 0 12px;font-size:15px;font-weight:600;line-height:1.4}
.chart svg{display:block;width:100%;height:auto}
.narrow{display:none}
details{margin-top:12px;color:var(--soft);font-size:14px}
summary{width:max-content;cursor:pointer}
details .scroll{margin-top:10px}
.part{margin:0 0 12px;padding:0 22px;border:1px solid var(--grid);border-radius:12px;color:inherit;font-size:16px}
.part>summary{width:auto;padding:14px 0}
.part[open]{padding-bottom:8px}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,190px),1fr));gap:1px;margin:0 0 20px;padding:0;overflow:hidden;border:1px solid var(--grid);border-radius:12px;background:var(--surface)}
.figures>div{padding:18px 22px;box-shadow:0 0 0 1px var(--grid)}
dt{color:var(--soft);font-size:14px;line-height:1.4}
dd{margin:6px 0 0}
.value{display:block;font-size:30px;font-weight:600;line-height:1.15;letter-spacing:-.02em;font-feature-settings:"tnum"}
.note{display:block;margin-top:6px;color:var(--soft);font-size:13px;line-height:1.45}
.checks{display:grid;max-width:none;margin:0 0 20px;padding:0;overflow:hidden;border:1px solid var(--grid);border-radius:12px;background:var(--surface);list-style:none}
.checks li{display:grid;grid-template-columns:24px 1fr;gap:14px;margin:0;padding:14px 22px;box-shadow:0 0 0 1px var(--grid)}
.checks div{display:grid;grid-template-columns:230px minmax(0,1fr);gap:2px 18px}
.checks strong{font-weight:600}
.checks span{color:var(--soft)}
.checks svg{display:block;width:24px;height:24px;padding:2px;border-radius:50%;fill:none;stroke:var(--surface);stroke-width:2.75;stroke-linecap:round;stroke-linejoin:round}
.pass svg{background:var(--pass)}
.fail svg{background:var(--fail)}
.unknown svg{background:var(--soft)}
aside{display:grid;grid-template-columns:24px 1fr;gap:14px;margin:0 0 20px;padding:18px 22px;border:1px solid var(--warning);border-radius:12px;background:var(--warningPage)}
aside svg{display:block;width:24px;height:24px;fill:none;stroke:var(--warning);stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
aside p:last-child,aside ul:last-child{margin-bottom:0}
.scroll{overflow-x:auto}
table{width:100%;border-collapse:collapse;font-size:14.5px;line-height:1.4}
th,td{padding:9px 14px 9px 0;border-bottom:1px solid var(--grid);text-align:left;vertical-align:top}
thead th{color:var(--soft);font-size:13px;font-weight:600;vertical-align:bottom}
thead .number{white-space:normal}
tbody th{font-weight:400}
tbody tr:last-child>*{border-bottom:0}
.number{text-align:right;white-space:nowrap;font-feature-settings:"tnum"}
.number+:not(.number){padding-left:18px}
th:last-child,td:last-child{padding-right:0}
.films{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,180px),1fr));gap:16px}
.row .films{grid-template-columns:repeat(auto-fill,minmax(min(100%,110px),1fr))}
.films figure{margin:0}
.films img{display:block;width:100%;aspect-ratio:1;object-fit:contain;border-radius:8px;background:#000}
.films figcaption{margin:8px 0 0;color:var(--soft);font-size:13px;font-weight:400}
footer{margin-top:48px;padding-top:20px;padding-bottom:48px;color:var(--soft);font-size:13px}
footer p{margin:0;padding-top:20px;border-top:1px solid var(--grid);max-width:none}
@media (max-width:700px){.checks div{grid-template-columns:1fr}}
@media screen and (max-width:700px){.wide{display:none}.narrow{display:block}}
@media (max-width:560px){header,main,footer{padding-left:16px;padding-right:16px}header{padding-top:36px}.card,aside{padding:16px}h2{margin-top:44px}}
@media print{@page{margin:16mm}:root{color-scheme:light}body{background:#fff;font-size:11pt}nav,.card details{display:none}header{padding-top:0}h2,h3{break-after:avoid}.card,.figures,aside,tr,.films figure{break-inside:avoid}.row{grid-template-columns:repeat(auto-fit,minmax(260px,1fr))}}
`.trim()
