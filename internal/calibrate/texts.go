package calibrate

import (
	"maps"
	"slices"
	"strings"
)

// languages has the first article of the Universal Declaration of Human Rights
// (or its beginning) in languages of many scripts.
var languages = map[string]string{
	"English":    "All human beings are born free and equal in dignity and rights. They are endowed with reason and conscience and should act towards one another in a spirit of brotherhood.",
	"German":     "Alle Menschen sind frei und gleich an Würde und Rechten geboren. Sie sind mit Vernunft und Gewissen begabt und sollen einander im Geiste der Brüderlichkeit begegnen.",
	"French":     "Tous les êtres humains naissent libres et égaux en dignité et en droits. Ils sont doués de raison et de conscience et doivent agir les uns envers les autres dans un esprit de fraternité.",
	"Spanish":    "Todos los seres humanos nacen libres e iguales en dignidad y derechos y, dotados como están de razón y conciencia, deben comportarse fraternalmente los unos con los otros.",
	"Portuguese": "Todos os seres humanos nascem livres e iguais em dignidade e em direitos.",
	"Italian":    "Tutti gli esseri umani nascono liberi ed eguali in dignità e diritti.",
	"Polish":     "Wszyscy ludzie rodzą się wolni i równi pod względem swej godności i swych praw.",
	"Czech":      "Všichni lidé rodí se svobodní a sobě rovní co do důstojnosti a práv.",
	"Hungarian":  "Minden emberi lény szabadon születik és egyenlő méltósága és joga van.",
	"Finnish":    "Kaikki ihmiset syntyvät vapaina ja tasavertaisina arvoltaan ja oikeuksiltaan.",
	"Turkish":    "Bütün insanlar hür, haysiyet ve haklar bakımından eşit doğarlar.",
	"Vietnamese": "Tất cả mọi người sinh ra đều được tự do và bình đẳng về nhân phẩm và quyền.",
	"Russian":    "Все люди рождаются свободными и равными в своем достоинстве и правах.",
	"Ukrainian":  "Всі люди народжуються вільними і рівними у своїй гідності та правах.",
	"Greek":      "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια και τα δικαιώματα.",
	"Arabic":     "يولد جميع الناس أحرارًا متساوين في الكرامة والحقوق.",
	"Hebrew":     "כל בני האדם נולדו בני חורין ושווים בערכם ובזכויותיהם.",
	"Persian":    "تمام افراد بشر آزاد به دنیا می\u200cآیند و از لحاظ حیثیت و حقوق با هم برابرند.",
	"Hindi":      "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता और समानता प्राप्त है।",
	"Bengali":    "সমস্ত মানুষ স্বাধীনভাবে সমান মর্যাদা এবং অধিকার নিয়ে জন্মগ্রহণ করে।",
	"Tamil":      "மனிதப் பிறிவியினர் சகலரும் சுதந்திரமாகவே பிறக்கின்றனர்.",
	"Thai":       "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ",
	"Burmese":    "လူတိုင်းသည် တူညီ လွတ်လပ်သော ဂုဏ်သိက္ခာဖြင့်လည်းကောင်း၊ မွေးဖွားလာသူများဖြစ်သည်။",
	"Georgian":   "ყველა ადამიანი იბადება თავისუფალი და თანასწორი თავისი ღირსებითა და უფლებებით.",
	"Armenian":   "Բոլոր մարդիկ ծնվում են ազատ ու հավասար իրենց արժանապատվությամբ ու իրավունքներով։",
	"Amharic":    "የሰው ልጅ ሁሉ ሲወለድ ነጻና በክብርና በመብትም እኩልነት ያለው ነው።",
	"Chinese":    "人人生而自由，在尊严和权利上一律平等。他们赋有理性和良心，并应以兄弟关系的精神相对待。",
	"Japanese":   "すべての人間は、生れながらにして自由であり、かつ、尊厳と権利とについて平等である。",
	"Korean":     "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다.",
}

func sortedLanguages() []string { return slices.Sorted(maps.Keys(languages)) }

// nasty are texts on which software that counts, normalises or escapes fails.
var nasty = []string{
	"", " ", "\t", "\n", "\r\n", "\r", "  \n \t ", strings.Repeat(" ", 300), strings.Repeat("\n", 300), strings.Repeat("\t", 300),
	"\x00", "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x0b\x0c\x0e\x0f\x1b\x7f", "\u0080\u0085\u009f",
	"null", "undefined", "NaN", "true", "-0", "1e309", "0x7fffffffffffffff", "9223372036854775808",
	strings.Repeat("0", 400), strings.Repeat("1234567890", 40), "1,000,000.00", "01.02.03", "１２３４５６", "٠١٢٣٤٥٦٧٨٩", "Ⅻ½²",
	strings.Repeat("a", 500), strings.Repeat("A", 500), strings.Repeat("aB", 250), strings.Repeat("a ", 250), strings.Repeat("_", 300), strings.Repeat("=", 300),
	"don't can't won't I'll they've we'd I'm IT'S DON'T ’tis O’Brien",
	"camelCaseIdentifierWithManyWords snake_case_identifier kebab-case-identifier SCREAMING_SNAKE XMLHttpRequest2",
	"<|endoftext|>", "<|im_start|>system\n<|im_end|>", "<|start|>assistant<|channel|>final<|message|>", "[INST] <<SYS>> </s> <s>", "<bos><start_of_turn>", "<｜begin▁of▁sentence｜>", "▁▁▁ ▁a",
	"`~!@#$%^&*()-_=+[{]}\\|;:'\",<.>/?", "\"\\\"\\\\\"", "'; DROP TABLE users; --", "{{7*7}} ${7*7} <%= 7*7 %>", "%s%n%x%d", "../../../../etc/passwd", "<script>alert(1)</script>", "<!--#exec cmd=\"id\"-->", "() { :; }; echo",
	"\u00a0\u1680\u2000\u2003\u2009\u200a\u2028\u2029\u202f\u205f\u3000", "\u200b\u200c\u200d\u2060\ufeff", "\u202e abc \u202c \u2066 def \u2069", "\u00ad\u034f\u115f\u17b4\u180e\u3164\uffa0",
	"\ufdfa", strings.Repeat("\ufdfa", 60), "\ufb01\ufb03\ufb06", "ﷺ ﷻ ﷽", "㍿㌀㌖", "①②③ ⒈⒉ ㊀", "ª º ¹ ™ ℡ ℻", "ǆ ǈ ŉ ŀ", "Å Å Å", "é é", "q̣̇ q̣̇", "이 이",
	"Z̸̡̢̛̗̘̙̜̝̞̟̠̣̤̥̦̩̪̫̬̭̮̯̰̱̲̳̹̺̻̼͇͈͉͍͎̀́̂̃̄̅̆̇̈̉̊̋̌̍̎̏a̴̡̢͓͔͕͖͙͚̐̑̒̓̔̽̾̿̀́͂̓̈́͆͊͋͌͐͑͒͗͛͘l̵̢̛͈͉͍͎͓͔͕͖͙͚͇̀́̓̈́͆͊͋͌͐͑͒͗͛͘g̷o", strings.Repeat("\u0301", 200), strings.Repeat("e\u0301\u0323", 100),
	"İstanbul ıi ẞß ſ ΑΆάϋΐ Σσς", "Ⱥ Ⱦ ꭰ ᏸ", "𝒯𝒽𝑒 𝕢𝕦𝕚𝕔𝕜 𝖇𝖗𝖔𝖜𝖓 𝗳𝗼𝘅 ｆｕｌｌｗｉｄｔｈ", "ɥǝllo ʍoɹlp", "Ꮪꮪ Ꮖꮖ", "ᚠᛇᚻ ᛒᛦᚦ", "𐌰𐌱𐌲 𐤀𐤁𐤂 𒀀𒀁𒀂 𓀀𓀁𓀂", "𠜎𠜱𠝹𠱓𠱸𠲖𠳏", "𪚥𪚥𪚥", "\U0010ffff\U000e0001\U000f0000", "\ue000\uf8ff", "\ufffd\ufffd\ufffd", "\ufffe\uffff",
	"𑒐𑒑𑒒 𞤀𞤁𞤂 ꧁꧂ ߀߁߂", "क़ ख़ ग़ ड़ ढ़", "กำ เก้า ๒๓", "ျမန္မာ", "བོད་ཡིག་", "ខ្មែរ",
	"https://example.org/a/very/long/path?with=query&and=more#fragment", "user+tag@sub.example.org", "2026-03-01T12:34:56.789Z", "550e8400-e29b-41d4-a716-446655440000", "0x321b7ff75154472B18EDb199033fF4D116F340Ff",
	"SGVsbG8sIHdvcmxkISBUaGlzIGlzIGJhc2U2NCB0ZXh0IHRoYXQgbm9ib2R5IG5lZWRz", "func main() {\n\tfor i := 0; i < 10; i++ {\n\t\tfmt.Println(i)\n\t}\n}\n", "SELECT *\nFROM t\nWHERE a = 'b''c';", "\\alpha_{i}^{2} \\sum_{k=0}^{\\infty} \\frac{1}{k!}", "| a | b |\n|---|---|\n| 1 | 2 |",
	"{\"a\":[1,2,{\"b\":null}],\"c\":\"\\u0000\"}", "<a b=\"c\"><d/></a>", "#!/bin/sh\nset -eu\n", "key: [value, 'other', \"third\"]\n",
}

// emoji are single ones and sequences that show as one.
var emoji = []string{
	"😀", "🤷🏽‍♀️", "👩‍👩‍👧‍👦", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "🇩🇪🇯🇵🇧🇷", "👨🏿‍🚀", "❤️‍🔥", "☺️", "1️⃣#️⃣*️⃣", "🫠🫡🫶🏻", "🕵️‍♂️", "🧑🏻‍❤️‍💋‍🧑🏿", "🀄🃏🈁", "🦖🦕🐉", "©®™",
}
