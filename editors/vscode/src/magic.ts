// Which files are dumps of tibidi: ZIP archives whose first member is the summary. See docs/format.md.

const MAGIC = Buffer.from('PK\x03\x04', 'latin1')
const NAME_LENGTH = 26 // where a local header of a ZIP archive has the length of the name
const NAME = 30
const SUMMARY = 'summary.json'

/** How many bytes of a file are enough to know. */
export const HEAD_BYTES = NAME + SUMMARY.length

/** Return true if a file that begins with these bytes is a dump. */
export function isDump(head: Uint8Array): boolean {
  const bytes = Buffer.from(head)
  return (
    bytes.length >= HEAD_BYTES &&
    bytes.subarray(0, MAGIC.length).equals(MAGIC) &&
    bytes.readUInt16LE(NAME_LENGTH) === SUMMARY.length &&
    bytes.toString('latin1', NAME, HEAD_BYTES) === SUMMARY
  )
}
