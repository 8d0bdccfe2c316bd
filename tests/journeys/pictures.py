"""Pictures with few colours: a page needs no more, and they stay small."""

import base64

from playwright.async_api import Browser

_SMALLER = """
async ([given, most]) => {
  const bytes = Uint8Array.from(atob(given), sign => sign.charCodeAt(0))
  const image = await createImageBitmap(new Blob([bytes], {type: 'image/png'}))
  const {width, height} = image
  const canvas = new OffscreenCanvas(width, height).getContext('2d')
  canvas.drawImage(image, 0, 0)
  const dots = canvas.getImageData(0, 0, width, height).data
  const counts = new Map()
  const at = n => dots[n] << 16 | dots[n + 1] << 8 | dots[n + 2]
  for (let n = 0; n < dots.length; n += 4) counts.set(at(n), (counts.get(at(n)) || 0) + 1)
  const colours = [...counts].sort((a, b) => b[1] - a[1]).slice(0, most).map(one => one[0])
  const square = (a, b, shift) => ((a >> shift & 255) - (b >> shift & 255)) ** 2
  const far = (a, b) => square(a, b, 16) + square(a, b, 8) + square(a, b, 0)
  const place = new Map()
  for (const colour of counts.keys())
    place.set(colour, colours.reduce((best, one, n) => far(one, colour) < far(colours[best], colour) ? n : best, 0))
  const rows = new Uint8Array((width + 1) * height)
  for (let y = 0, n = 0, to = 0; y < height; y++) {
    rows[to++] = 0
    for (let x = 0; x < width; x++, n += 4) rows[to++] = place.get(at(n))
  }
  const packed = new Response(new Blob([rows]).stream().pipeThrough(new CompressionStream('deflate')))
  const table = Array.from({length: 256}, (_, n) => {
    for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ n >>> 1 : n >>> 1
    return n >>> 0
  })
  const number = n => [n >>> 24, n >>> 16 & 255, n >>> 8 & 255, n & 255]
  const part = (name, body) => {
    const whole = [...new TextEncoder().encode(name), ...body]
    const sum = ~whole.reduce((crc, byte) => table[(crc ^ byte) & 255] ^ crc >>> 8, -1)
    return [...number(body.length), ...whole, ...number(sum >>> 0)]
  }
  const made = [137, 80, 78, 71, 13, 10, 26, 10,
    ...part('IHDR', [...number(width), ...number(height), 8, 3, 0, 0, 0]),
    ...part('PLTE', colours.flatMap(one => number(one).slice(1))),
    ...part('IDAT', new Uint8Array(await packed.arrayBuffer())), ...part('IEND', [])]
  let text = ''
  for (let n = 0; n < made.length; n += 8192) text += String.fromCharCode(...made.slice(n, n + 8192))
  return btoa(text)
}
"""


async def smaller(browser: Browser, png: bytes, colours: int = 48) -> bytes:
    """The same picture as a PNG with its most used colours alone."""
    page = await browser.new_page()
    try:
        made = await page.evaluate(_SMALLER, [base64.b64encode(png).decode(), colours])
    finally:
        await page.close()
    return base64.b64decode(made)
