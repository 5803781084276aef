package gateway

import "encoding/binary"

// Files that are a row of frames: their length is the sum of the frames'.

// webmLength is the time of the last block: browsers write no duration.
func webmLength(file []byte) float64 {
	const (
		segment, info, cluster, group = 0x18538067, 0x1549a966, 0x1f43b675, 0xa0
		timecode, scale               = 0xe7, 0x2ad7b1
		simpleBlock, block            = 0xa3, 0xa1
	)
	last, now, nanos := uint64(0), uint64(0), uint64(1_000_000)
	for at := 0; at < len(file); {
		id, idSize := vint(file[at:], false)
		size, sizeSize := vint(file[at+idSize:], true)
		if idSize == 0 || sizeSize == 0 {
			break
		}
		at += idSize + sizeSize
		content := file[at:]
		if size < uint64(len(content)) {
			content = content[:size]
		}
		switch id {
		case segment, info, cluster, group:
			continue // what is in it comes next
		case timecode:
			now = number64(content[:min(len(content), 8)])
		case scale:
			nanos = number64(content[:min(len(content), 8)])
		case simpleBlock, block:
			last = max(last, now+blockTime(content))
		}
		at += len(content)
	}
	return float64(last) * float64(nanos) / 1e9
}

// blockTime is when a block begins after its cluster (RFC 9559, 10.2).
func blockTime(content []byte) uint64 {
	_, track := vint(content, true)
	if track == 0 || len(content) < track+2 {
		return 0
	}
	return uint64(max(int16(binary.BigEndian.Uint16(content[track:])), 0))
}

// vint reads an EBML number (RFC 8794, 4) and its size; 0 bytes if there is
// none. An element's id keeps its marker, a size (strip) does not.
func vint(data []byte, strip bool) (value uint64, size int) {
	if len(data) == 0 || data[0] == 0 {
		return 0, 0
	}
	size = 1
	for marker := byte(0x80); data[0]&marker == 0; marker >>= 1 {
		size++
	}
	if size > len(data) {
		return 0, 0
	}
	value = number64(data[:size])
	if strip {
		value &= 1<<(7*size) - 1
	}
	return value, size
}

func number64(data []byte) (n uint64) {
	for _, b := range data {
		n = n<<8 | uint64(b)
	}
	return n
}

var adtsRates = [16]float64{96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350}

// adts reads a frame's head (ISO/IEC 13818-7, 6.2).
func adts(data []byte) (size int, length float64) {
	if len(data) < 7 || data[0] != 0xff || data[1]&0xf6 != 0xf0 {
		return 0, 0
	}
	rate := adtsRates[data[2]>>2&15]
	size = int(data[3]&3)<<11 | int(data[4])<<3 | int(data[5])>>5
	if rate == 0 || size < 7 {
		return 0, 0
	}
	blocks := float64(data[6]&3) + 1
	return size, 1024 * blocks / rate
}

// Bit rates in kbit/s of MPEG audio layer III, by version and index.
var (
	mp3Rates1  = [16]int{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320}
	mp3Rates2  = [16]int{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160}
	mp3Samples = [3]int{44100, 48000, 32000} // a second, of version 1
)

// mp3 reads a frame's head (ISO/IEC 11172-3, 2.4.1.3), layer III only.
func mp3(data []byte) (size int, length float64) {
	if len(data) < 4 {
		return 0, 0
	}
	head := binary.BigEndian.Uint32(data)
	version, layer := head>>19&3, head>>17&3
	rate, padding := head>>10&3, int(head>>9&1)
	if head>>21 != 0x7ff || version == 1 || layer != 1 || rate == 3 {
		return 0, 0
	}
	samples, bits, perSecond := 1152, mp3Rates1[head>>12&15], mp3Samples[rate]
	if version != 3 { // 2: MPEG-2, 0: MPEG-2.5
		samples, bits, perSecond = 576, mp3Rates2[head>>12&15], perSecond/2
	}
	if version == 0 {
		perSecond /= 2
	}
	if bits == 0 {
		return 0, 0
	}
	return samples/8*bits*1000/perSecond + padding, float64(samples) / float64(perSecond)
}

// frames adds up a row of frames, over what is none between them.
func frames(file []byte, frame func([]byte) (int, float64)) (total float64) {
	for at := 0; at < len(file); {
		size, length := frame(file[at:])
		if size == 0 {
			at++
			continue
		}
		total += length
		at += size
	}
	return total
}

func adtsLength(file []byte) float64 { return frames(file, adts) }
func isADTS(file []byte) bool        { size, _ := adts(file); return size > 0 }
func mp3Length(file []byte) float64  { return frames(afterID3(file), mp3) }

func isMP3(file []byte) bool {
	rest := afterID3(file)
	size, _ := mp3(rest)
	return size > 0 || len(rest) < len(file)
}

// afterID3 is the file without the tag at its start (ID3v2, 3.1).
func afterID3(file []byte) []byte {
	if len(file) < 10 || string(file[:3]) != "ID3" {
		return file
	}
	size := 10
	for i, shift := 6, 21; i < 10; i, shift = i+1, shift-7 {
		size += int(file[i]&0x7f) << shift
	}
	return file[min(size, len(file)):]
}
