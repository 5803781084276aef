package gateway

import (
	"bytes"
	"encoding/binary"
)

// audio is what a file tells of its length, in seconds, rounded up.
type audio struct {
	format *audioFormat
	// told is what the file's structure says; 0: nothing. It is right for honest
	// files.
	told int64
	// most is a bound, whatever the file says: its bytes at a rate below which
	// its codec carries no speech.
	most int64
}

// audioFormat is a kind of file.
type audioFormat struct {
	extension, mime string
	is              func(file []byte) bool
	// length is the length in seconds that the file tells; 0: unknown.
	length func(file []byte) float64
	// floor is the least bytes of a second: the lowest rate at which encoders
	// keep speech intelligible. Silence can be packed tighter; a bound for that
	// would hold a hundred times what calls cost.
	floor float64
	// exact says that every reader takes the length that the file tells: its
	// bytes by its own clock.
	exact bool
}

var audioFormats = []audioFormat{
	{"wav", "audio/wav", isWAV, wavLength, 1000, true}, // the floor is for compressed kinds
	{"flac", "audio/flac", starts("fLaC"), flacLength, 4000, false},
	{"ogg", "audio/ogg", starts("OggS"), oggLength, 750, false},
	{"webm", "audio/webm", starts("\x1aE\xdf\xa3"), webmLength, 750, false},
	{"m4a", "audio/mp4", isMP4, mp4Length, 1000, false},
	{"aac", "audio/aac", isADTS, adtsLength, 1000, false},
	{"mp3", "audio/mpeg", isMP3, mp3Length, 1000, false},
}

// listen tells what an audio file is, by its content; false if it is none.
func listen(file []byte) (audio, bool) {
	for i := range audioFormats {
		f := &audioFormats[i]
		if !f.is(file) {
			continue
		}
		told := seconds(f.length(file))
		if told > 0 && f.exact {
			return audio{format: f, told: told, most: told}, true
		}
		return audio{format: f, told: told, most: max(told, seconds(float64(len(file))/f.floor))}, true
	}
	return audio{}, false
}

func starts(mark string) func([]byte) bool {
	return func(file []byte) bool { return bytes.HasPrefix(file, []byte(mark)) }
}

func isWAV(file []byte) bool {
	return len(file) >= 12 && string(file[:4]) == "RIFF" && string(file[8:12]) == "WAVE"
}

// wavLength is exact for uncompressed kinds: everything from the data on, at
// the format's own rate.
func wavLength(file []byte) float64 {
	perSecond := 0.0
	for at := 12; at+8 <= len(file); {
		id, size := string(file[at:at+4]), int(binary.LittleEndian.Uint32(file[at+4:]))
		at += 8
		switch {
		case id == "fmt " && size >= 16 && at+size <= len(file):
			perSecond = wavRate(file[at : at+size])
		case id == "data" && perSecond > 0:
			return float64(len(file)-at) / perSecond
		case id == "data":
			return 0
		}
		at += size + size&1
	}
	return 0
}

// wavRate is the bytes of a second; 0 for compressed kinds.
func wavRate(format []byte) float64 {
	tag := binary.LittleEndian.Uint16(format)
	if tag == 0xfffe && len(format) >= 26 {
		tag = binary.LittleEndian.Uint16(format[24:])
	}
	channels := float64(binary.LittleEndian.Uint16(format[2:]))
	rate := float64(binary.LittleEndian.Uint32(format[4:]))
	bits := float64(binary.LittleEndian.Uint16(format[14:]))
	switch tag {
	case 1, 3, 6, 7: // PCM, float, A-law, µ-law
		return rate * channels * bits / 8
	default:
		return 0
	}
}

// flacLength reads STREAMINFO (RFC 9639, 8.2), which comes first.
func flacLength(file []byte) float64 {
	if len(file) < 42 || file[4]&0x7f != 0 {
		return 0
	}
	packed := binary.BigEndian.Uint64(file[18:]) // rate 20 bits, channels 3, bits 5, samples 36
	rate, samples := packed>>44, packed&(1<<36-1)
	if rate == 0 {
		return 0
	}
	return float64(samples) / float64(rate)
}

// oggLength reads the last page's position (RFC 3533, 6) by the clock of the
// codec that the first page names.
func oggLength(file []byte) float64 {
	rate := 0.0
	head := file[:min(len(file), 512)]
	if i := bytes.Index(head, []byte("OpusHead")); i >= 0 {
		rate = 48000 // RFC 7845, 4
	} else if i := bytes.Index(head, []byte("\x01vorbis")); i >= 0 && i+16 <= len(head) {
		rate = float64(binary.LittleEndian.Uint32(head[i+12:]))
	}
	last := bytes.LastIndex(file, []byte("OggS"))
	if rate == 0 || last+14 > len(file) {
		return 0
	}
	position := int64(binary.LittleEndian.Uint64(file[last+6:]))
	return float64(max(position, 0)) / rate
}

func isMP4(file []byte) bool { return len(file) >= 12 && string(file[4:8]) == "ftyp" }

// mp4Length reads the duration of the movie header (ISO/IEC 14496-12, 8.2.2).
func mp4Length(file []byte) float64 {
	movie := box(file, "moov")
	header := box(movie, "mvhd")
	switch {
	case len(header) >= 20 && header[0] == 0:
		return ratio(uint64(binary.BigEndian.Uint32(header[16:])), binary.BigEndian.Uint32(header[12:]))
	case len(header) >= 32 && header[0] == 1:
		return ratio(binary.BigEndian.Uint64(header[24:]), binary.BigEndian.Uint32(header[20:]))
	default:
		return 0
	}
}

func ratio(duration uint64, scale uint32) float64 {
	if scale == 0 {
		return 0
	}
	return float64(duration) / float64(scale)
}

// box is the content of the first box of a kind.
func box(data []byte, kind string) []byte {
	for len(data) >= 8 {
		size, head := uint64(binary.BigEndian.Uint32(data)), uint64(8)
		switch {
		case size == 1 && len(data) >= 16:
			size, head = binary.BigEndian.Uint64(data[8:]), 16
		case size == 0:
			size = uint64(len(data))
		}
		if size < head || size > uint64(len(data)) {
			return nil
		}
		if string(data[4:8]) == kind {
			return data[head:size]
		}
		data = data[size:]
	}
	return nil
}
