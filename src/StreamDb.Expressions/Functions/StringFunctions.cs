namespace StreamDb.Expressions.Functions;

/// <summary>Functions and operators over text and bytea.</summary>
internal static class StringFunctions
{
    public static void Declare(FunctionTable t)
    {
        DeclareLengths(t);
        DeclareParts(t);
        DeclareChanges(t);
        DeclareMatching(t);
        DeclareBytes(t);
    }

    private static void DeclareLengths(FunctionTable t)
    {
        t.Total("length(text) int4; char_length(text) int4; character_length(text) int4; length(name) int4", StringMath.Length);
        t.Total("length(bpchar) int4; char_length(bpchar) int4; character_length(bpchar) int4", StringMath.PaddedLength);
        t.Total("length(bytea) int4; octet_length(text) int4; octet_length(bytea) int4; octet_length(bpchar) int4", StringMath.OctetLength);
        t.Total("bit_length(text) int4; bit_length(bytea) int4", StringMath.BitLength);
        t.Total("ascii(text) int4", StringMath.AsciiCode);
        t.Total("strpos(text,text) int4; position(text,text) int4", StringMath.Position);
        t.Total("position(bytea,bytea) int4", StringMath.BytePosition);
    }

    private static void DeclareParts(FunctionTable t)
    {
        t.Total("substring(text,int4) text; substr(text,int4) text", StringMath.SubstringFrom);
        t.Checked("substring(text,int4,int4) text; substr(text,int4,int4) text", StringMath.Substring);
        t.Total("left(text,int4) text", StringMath.Left);
        t.Total("right(text,int4) text", StringMath.Right);
        t.Total("btrim(text) text; trim(text) text", StringMath.TrimBothBlank);
        t.Total("ltrim(text) text", StringMath.TrimStartBlank);
        t.Total("rtrim(text) text", StringMath.TrimEndBlank);
        t.Total("btrim(text,text) text; trim(text,text) text", StringMath.TrimBoth);
        t.Total("ltrim(text,text) text", StringMath.TrimStart);
        t.Total("rtrim(text,text) text", StringMath.TrimEnd);
        t.Checked("split_part(text,text,int4) text", StringMath.SplitPart);
        t.Total("starts_with(text,text) bool; ^@(text,text) bool", StringMath.StartsWith);
    }

    private static void DeclareChanges(FunctionTable t)
    {
        t.Total("||(text,text) text; textcat(text,text) text", StringMath.Concatenate);
        t.Total("upper(text) text; ucase(text) text", StringMath.Upper);
        t.Total("lower(text) text; lcase(text) text", StringMath.Lower);
        t.Total("initcap(text) text", StringMath.InitialCapitals);
        t.Of("lpad(text,int4,text) text", StringMath.PadLeft);
        t.Of("rpad(text,int4,text) text", StringMath.PadRight);
        t.Of("lpad(text,int4) text", StringMath.PadLeftBlank);
        t.Of("rpad(text,int4) text", StringMath.PadRightBlank);
        t.Of("repeat(text,int4) text", StringMath.Repeat);
        t.Total("reverse(text) text", StringMath.Reverse);
        t.Total("replace(text,text,text) text", StringMath.Replace);
        t.Total("translate(text,text,text) text", StringMath.Translate);
        t.Checked("overlay(text,text,int4,int4) text", StringMath.Overlay);
        t.Checked("overlay(text,text,int4) text", StringMath.OverlaySame);
        t.Checked("chr(int4) text", StringMath.Character);
        t.Total("to_hex(int4) text", StringMath.ToHex);
        t.Total("to_hex(int8) text", StringMath.ToHexLong);
        t.Total("quote_ident(text) text", StringMath.QuoteIdentifier);
        t.Total("quote_literal(text) text", StringMath.QuoteLiteral);
        t.Total("quote_nullable(text) text", StringMath.QuoteNullable);
        t.Total("concat(variadic text) text", StringMath.Concat);
        t.Total("concat_ws(variadic text) text", StringMath.ConcatWithSeparator);
        t.Of("format(variadic text) text", FormatString.Format);
    }

    private static void DeclareMatching(FunctionTable t)
    {
        t.Bound("~~(text,text) bool; like(text,text) bool; ~~(name,text) bool; ~~(bytea,bytea) bool", call => LikePattern.Bind(call, isNegated: false));
        t.Bound("!~~(text,text) bool; notlike(text,text) bool; !~~(name,text) bool; !~~(bytea,bytea) bool", call => LikePattern.Bind(call, isNegated: true));
        t.Checked("~~*(text,text) bool; ~~*(name,text) bool", LikePattern.LikeIgnoreCase);
        t.Checked("!~~*(text,text) bool; !~~*(name,text) bool", LikePattern.NotLikeIgnoreCase);
        t.Of("like_escape(text,text) text", LikePattern.Escape);
        RegexFunctions.Declare(t);
    }

    private static void DeclareBytes(FunctionTable t)
    {
        t.Total("||(bytea,bytea) bytea", StringMath.Concatenate);
        t.Total("btrim(bytea,bytea) bytea; trim(bytea,bytea) bytea", StringMath.TrimBytesBoth);
        t.Total("ltrim(bytea,bytea) bytea", StringMath.TrimBytesStart);
        t.Total("rtrim(bytea,bytea) bytea", StringMath.TrimBytesEnd);
        t.Of("substring(bytea,int4) bytea; substr(bytea,int4) bytea", ByteStringMath.SubstringFrom);
        t.Of("substring(bytea,int4,int4) bytea; substr(bytea,int4,int4) bytea", ByteStringMath.Substring);
        t.Of("overlay(bytea,bytea,int4) bytea", ByteStringMath.OverlaySame);
        t.Of("overlay(bytea,bytea,int4,int4) bytea", ByteStringMath.Overlay);
        t.Of("get_byte(bytea,int4) int4", Digests.GetByte);
        t.Of("set_byte(bytea,int4,int4) bytea", Digests.SetByte);
        t.Of("get_bit(bytea,int8) int4", Digests.GetBit);
        t.Of("set_bit(bytea,int8,int4) bytea", Digests.SetBit);
        t.Total("md5(text) text; md5(bytea) text", Digests.Md5);
        t.Total("sha1(bytea) bytea", Digests.Sha1);
        t.Total("sha224(bytea) bytea", Digests.Sha224Of);
        t.Total("sha256(bytea) bytea", Digests.Sha256Of);
        t.Total("sha384(bytea) bytea", Digests.Sha384Of);
        t.Total("sha512(bytea) bytea", Digests.Sha512Of);
        t.Of("digest(bytea,text) bytea; digest(text,text) bytea", Digests.Digest);
        t.Of("hmac(bytea,bytea,text) bytea; hmac(text,text,text) bytea", Digests.Hmac);
        t.Of("encode(bytea,text) text", Digests.Encode);
        t.Of("decode(text,text) bytea", Digests.Decode);
        t.Of("convert_from(bytea,text) text", Digests.ConvertFrom);
        t.Of("convert_to(text,text) bytea", Digests.ConvertTo);
    }
}
