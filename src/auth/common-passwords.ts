/** Of 8 characters and more, those that lists of leaked passwords begin with. */
const COMMON = new Set(
  `password password1 password12 password123 password1234 passw0rd p@ssw0rd p@ssword pa55word 12345678 123456789 1234567890 0123456789 987654321
  87654321 123123123 12341234 1q2w3e4r 1q2w3e4r5t 1qaz2wsx 1qazxsw2 zaq12wsx qwertyui qwertyuiop qwerty12 qwerty123 qwerty1234 asdfghjk asdfghjkl
  zxcvbnm1 zxcvbnm123 abcd1234 abcdefgh abc12345 abc123456 a1b2c3d4 iloveyou iloveyou1 sunshine sunshine1 princess princess1 football football1
  baseball baseball1 basketball superman superman1 batman123 trustno1 letmein1 letmein123 welcome1 welcome123 welcome2 admin123 admin1234
  administrator root1234 changeme changeme1 changeit default1 secret123 test1234 testtest guest123 monkey123 dragon123 shadow123 master123
  michelle jennifer jessica1 charlie1 computer internet whatever starwars pokemon1 liverpool chocolate butterfly everruns everruns1`.split(
    /\s+/,
  ),
);

/** Expects small letters. Repetitions of one or two characters are as common. */
export const isCommonPassword = (password: string): boolean => COMMON.has(password) || /^(.{1,2})\1+$/su.test(password);
