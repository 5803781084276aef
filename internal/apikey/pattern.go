package apikey

// Pattern is a regular expression (RE2) that finds keys in other text. It does
// not check their checksum.
const Pattern = `\b(sg_(?:inf|adm)_[0-9A-Za-z]{49})\b`
