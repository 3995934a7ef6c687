namespace StreamDb.Tests.Expressions;

/// <summary>Expressions with the answers of PostgreSQL 15 (TimeZone UTC, collation C): the value's text, &lt;NULL&gt;, or ERROR SQLSTATE message.</summary>
internal static class PostgresAnswers
{
    public static IReadOnlyList<(string Expression, string Answer)> All { get; } =
    [
        .. Text.Split('\n').Select(line => line.Split("  →  ")).Select(parts => (parts[0], parts[1].Replace('⏎', '\n'))),
    ];

    private const string Text = """
        1 + 2  →  3
        2147483647 + 1  →  ERROR 22003 integer out of range
        9223372036854775807 + 1  →  ERROR 22003 bigint out of range
        -9223372036854775808 - 1  →  ERROR 22003 bigint out of range
        32767::smallint + 1::smallint  →  ERROR 22003 smallint out of range
        7 / 2  →  3
        -7 / 2  →  -3
        7 % -3  →  1
        -7 % 3  →  -1
        1 / 0  →  ERROR 22012 division by zero
        1 % 0  →  ERROR 22012 division by zero
        (-2147483648) / -1  →  ERROR 22003 integer out of range
        5.0 / 2  →  2.5000000000000000
        1.0 / 3  →  0.33333333333333333333
        2 / 3.0  →  0.66666666666666666667
        10::numeric / 3  →  3.3333333333333333
        1e10::numeric / 7  →  1428571428.57142857
        123456789.123 * 987654321.987  →  121932631355968601.347401
        0.1 + 0.2  →  0.3
        1.10 + 2.2  →  3.30
        5.5 % 2.3  →  0.9
        -5.5 % 2.3  →  -0.9
        1.5::numeric / 0  →  ERROR 22012 division by zero
        abs(-5)  →  5
        abs(-5.5)  →  5.5
        abs((-2147483648)::int)  →  ERROR 22003 integer out of range
        @ -3.5  →  3.5
        round(2.5)  →  3
        round(-2.5)  →  -3
        round(2.5::float8)  →  2
        round(3.14159, 2)  →  3.14
        round(1234.567, -2)  →  1200
        trunc(3.99)  →  3
        trunc(-3.999, 1)  →  -3.9
        ceil(3.1)  →  4
        floor(-3.1)  →  -4
        ceil(-0.5)  →  0
        mod(10, 3)  →  1
        power(2, 10)  →  1024
        power(2.0, 3)  →  8.0000000000000000
        2 ^ 0.5  →  1.4142135623730950
        power(2::numeric, 0.5)  →  1.4142135623730950
        power(0::float8, -1)  →  ERROR 2201F zero raised to a negative power is undefined
        sqrt(2)  →  1.4142135623730951
        sqrt(2::numeric)  →  1.414213562373095
        sqrt(16.0)  →  4.000000000000000
        sqrt(-1)  →  ERROR 2201F cannot take square root of a negative number
        exp(1)  →  2.718281828459045
        exp(1.0)  →  2.7182818284590452
        ln(2)  →  0.6931471805599453
        ln(2.0)  →  0.6931471805599453
        log(100)  →  2
        log(100.0)  →  2.0000000000000000
        log(2.0, 64.0)  →  6.0000000000000000
        ln(0)  →  ERROR 2201E cannot take logarithm of zero
        ln(-1.0)  →  ERROR 2201E cannot take logarithm of a negative number
        sin(1)  →  0.8414709848078965
        cos(1)  →  0.5403023058681398
        tan(0.5)  →  0.5463024898437905
        asin(2)  →  ERROR 22003 input is out of range
        atan2(1, 2)  →  0.4636476090008061
        degrees(pi())  →  180
        radians(180)  →  3.141592653589793
        cbrt(27)  →  3.0000000000000004
        |/ 25  →  5
        ||/ 27  →  3.0000000000000004
        sign(-8.4)  →  -1
        5 & 3  →  1
        5 | 3  →  7
        5 # 3  →  6
        ~5  →  -6
        1 << 10  →  1024
        -8 >> 1  →  -4
        gcd(12, 18)  →  6
        lcm(4, 6)  →  12
        div(9, 4)  →  2
        scale(8.4100)  →  4
        min_scale(8.4100)  →  2
        trim_scale(8.4100)  →  8.41
        width_bucket(5.35, 0.024, 10.06, 5)  →  3
        factorial(5)  →  120
        1.0::float8 / 3  →  0.3333333333333333
        'NaN'::float8 = 'NaN'::float8  →  t
        'NaN'::float8 > 'Infinity'::float8  →  t
        'Infinity'::numeric + 1  →  Infinity
        'Infinity'::numeric - 'Infinity'::numeric  →  NaN
        'NaN'::numeric > 1e20  →  t
        1.0 = 1.00  →  t
        0.1::float4  →  0.1
        0.1::float4::float8  →  0.10000000149011612
        1::float8 / 3::float4  →  0.3333333333333333
        123456789::float4  →  1.2345679e+08
        1e20::float8  →  1e+20
        1.5e-7::float8  →  1.5e-07
        3.7::int  →  4
        2.5::int  →  3
        3.5::int  →  4
        2.5::float8::int  →  2
        -2.5::float8::int  →  -2
        300::smallint  →  300
        40000::smallint  →  ERROR 22003 smallint out of range
        99999999999::int  →  ERROR 22003 integer out of range
        '12'::int + 1  →  13
        'abc'::int  →  ERROR 22P02 invalid input syntax for type integer: "abc"
        '1e3'::numeric  →  1000
        '  42  '::int  →  42
        123.456::numeric(5,2)  →  123.46
        123456.789::numeric(5,2)  →  ERROR 22003 numeric field overflow
        0.5::float8::numeric  →  0.5
        1.1::float4::numeric  →  1.1
        12345678.9::float8::numeric  →  12345678.9
        true::int  →  1
        0::boolean  →  f
        'yes'::boolean  →  t
        'maybe'::boolean  →  ERROR 22P02 invalid input syntax for type boolean: "maybe"
        true::text  →  true
        1::text  →  1
        1.50::text  →  1.50
        'abc'::varchar(2)  →  ab
        'abc'::char(5) || '|'  →  abc|
        'ab '::char(5) = 'ab'  →  t
        length('ab   '::char(5))  →  2
        null + 1  →  <NULL>
        null::int is null  →  t
        null = null  →  <NULL>
        null and false  →  f
        null and true  →  <NULL>
        null or true  →  t
        null or false  →  <NULL>
        not null::boolean  →  <NULL>
        true and null  →  <NULL>
        1 = 1 and null  →  <NULL>
        null is distinct from null  →  f
        1 is distinct from null  →  t
        1 is not distinct from 1  →  t
        case when 1 = 1 then 'a' else 'b' end  →  a
        case when null then 1 else 2 end  →  2
        case 3 when 1 then 'one' when 3 then 'three' end  →  three
        case when false then 1 end  →  <NULL>
        coalesce(null, 2, 3)  →  2
        coalesce(null::int, null)  →  <NULL>
        coalesce(1, 2.5)  →  1
        nullif(1, 1)  →  <NULL>
        nullif(1, 2)  →  1
        greatest(1, 2.5, null)  →  2.5
        least(3, null, 2)  →  2
        greatest('a', 'b')  →  b
        1 in (1, 2, null)  →  t
        3 in (1, 2, null)  →  <NULL>
        3 not in (1, 2)  →  t
        3 not in (1, 2, null)  →  <NULL>
        5 between 1 and 10  →  t
        5 not between symmetric 10 and 1  →  f
        1 < 2.5  →  t
        'a' < 'b'  →  t
        'abc' < 'abd'  →  t
        true > false  →  t
        date '2024-01-01' < timestamp '2024-01-01 00:00:01'  →  t
        interval '1 month' = interval '30 days'  →  t
        interval '24 hours' = interval '1 day'  →  t
        'a' || 'b'  →  ab
        'a' || 1  →  a1
        1 || 'a'  →  1a
        null || 'a'  →  <NULL>
        'x' || true  →  xtrue
        length('héllo')  →  5
        char_length('日本語')  →  3
        octet_length('日本語')  →  9
        bit_length('ab')  →  16
        upper('héllo')  →  HÉLLO
        lower('HÉLLO')  →  héllo
        initcap('hello wORLD foo-bar')  →  Hello World Foo-Bar
        substring('hello' from 2 for 3)  →  ell
        substring('hello', 0, 3)  →  he
        substring('hello', -1, 3)  →  h
        substring('hello' from 10)  →  
        substr('hello', 2)  →  ello
        substring('hello', 2, -1)  →  ERROR 22011 negative substring length not allowed
        substring('foobar' from 'o(.)b')  →  o
        left('hello', 2)  →  he
        left('hello', -2)  →  hel
        right('hello', 2)  →  lo
        right('hello', -2)  →  llo
        lpad('hi', 5, 'xy')  →  xyxhi
        lpad('hello', 3)  →  hel
        rpad('hi', 5)  →  hi   
        rpad('hi', 7, 'xyz')  →  hixyzxy
        repeat('ab', 3)  →  ababab
        repeat('ab', -1)  →  
        reverse('héllo')  →  olléh
        replace('banana', 'an', 'AN')  →  bANANa
        translate('12345', '143', 'ax')  →  a2x5
        trim('  x  ')  →  x
        trim(leading 'x' from 'xxhixx')  →  hixx
        trim(both 'xy' from 'xyhixy')  →  hi
        rtrim('hixx', 'x')  →  hi
        ltrim('  hi')  →  hi
        btrim('xyxtrimyyx', 'xyz')  →  trim
        split_part('a,b,c', ',', 2)  →  b
        split_part('a,b,c', ',', -1)  →  c
        split_part('a,b,c', ',', 9)  →  
        split_part('a,b,c', ',', 0)  →  ERROR 22023 field position must not be zero
        strpos('hello', 'l')  →  3
        position('lo' in 'hello')  →  4
        position('' in 'hello')  →  1
        overlay('Txxxxas' placing 'hom' from 2 for 4)  →  Thomas
        overlay('abcdef' placing 'X' from 3)  →  abXdef
        concat('a', null, 1, true)  →  a1t
        concat_ws(',', 'a', null, 2)  →  a,2
        concat_ws(null, 'a')  →  <NULL>
        ascii('A')  →  65
        ascii('é')  →  233
        ascii('')  →  0
        chr(65)  →  A
        chr(233)  →  é
        chr(0)  →  ERROR 54000 null character not permitted
        starts_with('hello', 'he')  →  t
        format('Hello %s, %I, %L', 'W', 'My col', 'it''s')  →  Hello W, "My col", 'it''s'
        format('%2$s %1$s', 'a', 'b')  →  b a
        format('|%10s|%-10s|', 'a', 'b')  →  |         a|b         |
        quote_ident('Foo bar')  →  "Foo bar"
        quote_ident('foo')  →  foo
        quote_literal('O''Reilly')  →  'O''Reilly'
        quote_literal(E'a\\b')  →  E'a\\b'
        quote_nullable(null)  →  NULL
        md5('abc')  →  900150983cd24fb0d6963f7d28e17f72
        encode(sha256('abc'), 'hex')  →  ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad
        encode(sha224('abc'), 'hex')  →  23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7
        encode(sha512('abc'), 'hex')  →  ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f
        encode('abc'::bytea, 'base64')  →  YWJj
        encode('\x00ff41'::bytea, 'escape')  →  \000\377A
        decode('YWJj', 'base64')  →  \x616263
        decode('616263', 'hex')  →  \x616263
        decode('zz', 'hex')  →  ERROR 22023 invalid hexadecimal digit: "z"
        to_hex(255)  →  ff
        to_hex(-1)  →  ffffffff
        '\xdeadbeef'::bytea  →  \xdeadbeef
        length('\xdeadbeef'::bytea)  →  4
        get_byte('\x1234'::bytea, 1)  →  52
        set_byte('\x1234'::bytea, 0, 255)  →  \xff34
        'abc'::bytea || '\x00'::bytea  →  \x61626300
        substring('\x123456'::bytea from 2 for 1)  →  \x34
        'hello' like 'h%o'  →  t
        'hello' like 'h_llo'  →  t
        'hello' like '%ell%'  →  t
        'hello' not like 'x%'  →  t
        'a%b' like 'a\%b'  →  t
        'a%b' like 'a!%b' escape '!'  →  t
        'abc' like 'a\'  →  ERROR 22025 LIKE pattern must not end with escape character
        'Hello' ilike 'hE%'  →  t
        'héllo' like 'h_llo'  →  t
        '' like '%'  →  t
        'abc' like ''  →  f
        'aab' like '%ab'  →  t
        'mississippi' like '%iss%ip%'  →  t
        'abc' similar to '(a|b)%'  →  t
        'abc' similar to 'a'  →  f
        'abc' similar to '_b_'  →  t
        'foobar' ~ 'o+b'  →  t
        'foobar' ~ '^o'  →  f
        'FooBar' ~* 'foo'  →  t
        'foobar' !~ 'x'  →  t
        'foo' ~ '['  →  ERROR 2201B invalid regular expression: brackets [] not balanced
        regexp_replace('foobarbaz', 'b..', 'X')  →  fooXbaz
        regexp_replace('foobarbaz', 'b..', 'X', 'g')  →  fooXX
        regexp_replace('foobarbaz', 'b(..)', 'X\1Y', 'g')  →  fooXarYXazY
        regexp_replace('Hello', 'l', 'L', 'i')  →  HeLlo
        regexp_match('foobarbequebaz', '(bar)(beque)')  →  {bar,beque}
        regexp_match('foobar', 'zzz')  →  <NULL>
        regexp_match('foobar', 'o+')  →  {oo}
        regexp_split_to_array('a1b2c', '[0-9]')  →  {a,b,c}
        regexp_split_to_array('hello', '')  →  {h,e,l,l,o}
        regexp_count('banana', 'a')  →  3
        regexp_instr('foobar', 'b')  →  4
        regexp_substr('foobar', 'b.')  →  ba
        regexp_like('foobar', 'o{2}')  →  t
        extract(year from date '2024-02-29')  →  2024
        extract(epoch from timestamp '2024-01-01 00:00:00')  →  1704067200.000000
        extract(epoch from timestamp '2024-01-01 00:00:00.123456')  →  1704067200.123456
        extract(epoch from interval '1 day 2 hours')  →  93600.000000
        extract(epoch from date '1970-01-02')  →  86400
        extract(dow from date '2024-03-03')  →  0
        extract(isodow from date '2024-03-03')  →  7
        extract(doy from date '2024-12-31')  →  366
        extract(week from date '2021-01-03')  →  53
        extract(isoyear from date '2021-01-03')  →  2020
        extract(quarter from date '2024-05-01')  →  2
        extract(decade from date '1999-01-01')  →  199
        extract(century from date '2000-12-31')  →  20
        extract(millennium from date '2001-01-01')  →  3
        extract(century from date '0001-01-01 BC')  →  -1
        extract(second from timestamp '2024-01-01 10:11:12.345')  →  12.345000
        extract(milliseconds from time '10:11:12.345')  →  12345.000
        extract(microseconds from time '10:11:12.345')  →  12345000
        extract(hour from timestamp '2024-01-01 10:11:12')  →  10
        extract(minute from time '10:11:12')  →  11
        extract(julian from date '2024-01-01')  →  2460311
        extract(day from interval '40 days 5 hours')  →  40
        extract(month from interval '2 years 3 months')  →  3
        extract(hour from interval '30 hours')  →  30
        extract(timezone from timestamptz '2024-01-01 00:00:00+00')  →  0
        extract(hour from date '2024-01-01')  →  ERROR 0A000 unit "hour" not supported for type date
        extract(foo from date '2024-01-01')  →  ERROR 22023 unit "foo" not recognized for type date
        date_part('year', timestamp '2024-05-06 07:08:09')  →  2024
        date_part('epoch', interval '1 month')  →  2592000
        date_trunc('hour', timestamp '2024-05-06 07:08:09')  →  2024-05-06 07:00:00
        date_trunc('month', timestamp '2024-05-06 07:08:09')  →  2024-05-01 00:00:00
        date_trunc('week', timestamp '2024-05-08 07:08:09')  →  2024-05-06 00:00:00
        date_trunc('quarter', timestamp '2024-05-06 07:08:09')  →  2024-04-01 00:00:00
        date_trunc('decade', timestamp '2024-05-06 07:08:09')  →  2020-01-01 00:00:00
        date_trunc('century', timestamp '2024-05-06 07:08:09')  →  2001-01-01 00:00:00
        date_trunc('day', timestamptz '2024-05-06 07:08:09+02')  →  2024-05-06 00:00:00+00
        date_trunc('day', timestamptz '2024-05-06 23:08:09+00', 'America/New_York')  →  2024-05-06 04:00:00+00
        date_trunc('hour', interval '3 days 02:47:33')  →  3 days 02:00:00
        date_trunc('day', date '2024-05-06')  →  2024-05-06 00:00:00+00
        date_bin('15 minutes', timestamp '2020-02-11 15:44:17', timestamp '2001-01-01')  →  2020-02-11 15:30:00
        date_bin('5 minutes', timestamp '1999-02-11 15:44:17', timestamp '2001-01-01 00:02:30')  →  1999-02-11 15:42:30
        age(timestamp '2001-04-10', timestamp '1957-06-13')  →  43 years 9 mons 27 days
        age(timestamp '2024-03-01', timestamp '2024-01-31')  →  1 mon 1 day
        age(timestamp '2024-01-31', timestamp '2024-03-01')  →  -1 mons -1 days
        date '2024-01-31' + 1  →  2024-02-01
        date '2024-01-31' - date '2024-01-01'  →  30
        date '2024-01-31' + interval '1 month'  →  2024-02-29 00:00:00
        timestamp '2024-01-31 12:00' + interval '1 month'  →  2024-02-29 12:00:00
        timestamp '2024-03-31 12:00' - interval '1 month'  →  2024-02-29 12:00:00
        timestamp '2024-01-02 00:00' - timestamp '2024-01-01 12:00'  →  12:00:00
        timestamptz '2024-01-01 00:00:00+00' + interval '1 day'  →  2024-01-02 00:00:00+00
        interval '1 hour' * 2.5  →  02:30:00
        interval '1 month' * 1.5  →  1 mon 15 days
        interval '1 day' / 3  →  08:00:00
        interval '1 year 2 months' + interval '3 days'  →  1 year 2 mons 3 days
        - interval '1 day 2 hours'  →  -1 days -02:00:00
        time '10:00' + interval '25 hours'  →  11:00:00
        time '10:00' - time '09:30'  →  00:30:00
        justify_hours(interval '27 hours')  →  1 day 03:00:00
        justify_days(interval '35 days')  →  1 mon 5 days
        justify_interval(interval '1 mon -1 hour')  →  29 days 23:00:00
        make_date(2024, 2, 29)  →  2024-02-29
        make_date(2023, 2, 29)  →  ERROR 22008 date field value out of range: 2023-02-29
        make_time(8, 15, 23.5)  →  08:15:23.5
        make_timestamp(2013, 7, 15, 8, 15, 23.5)  →  2013-07-15 08:15:23.5
        make_timestamptz(2013, 7, 15, 8, 15, 23.5, 'America/New_York')  →  2013-07-15 12:15:23.5+00
        to_timestamp(1284352323)  →  2010-09-13 04:32:03+00
        to_timestamp(1284352323.5)  →  2010-09-13 04:32:03.5+00
        to_timestamp('2024-05-06 07:08:09', 'YYYY-MM-DD HH24:MI:SS')  →  2024-05-06 07:08:09+00
        to_timestamp('05 Dec 2000', 'DD Mon YYYY')  →  2000-12-05 00:00:00+00
        to_timestamp('2024-05-06 07:08:09.123', 'YYYY-MM-DD HH24:MI:SS.MS')  →  2024-05-06 07:08:09.123+00
        to_date('20240506', 'YYYYMMDD')  →  2024-05-06
        to_date('05 Dec 2000', 'DD Mon YYYY')  →  2000-12-05
        to_char(timestamp '2024-05-06 17:08:09.123456', 'YYYY-MM-DD HH24:MI:SS.US')  →  2024-05-06 17:08:09.123456
        to_char(timestamp '2024-05-06 17:08:09', 'Day, DD Mon YYYY HH12:MI AM')  →  Monday   , 06 May 2024 05:08 PM
        to_char(timestamp '2024-05-06 17:08:09', 'FMMonth FMDDth, YYYY')  →  May 6th, 2024
        to_char(timestamp '2024-05-06 17:08:09', 'IYYY-IW-ID Q J DDD WW W CC')  →  2024-19-1 2 2460437 127 19 1 21
        to_char(timestamp '2024-05-06 17:08:09', 'MONTH|Month|month|MON|DY|dy')  →  MAY      |May      |may      |MAY|MON|mon
        to_char(timestamp '2024-05-06 17:08:09', '"year" YY Y,YYY')  →  year 24 2,024
        to_char(interval '15h 2m 12s', 'HH24:MI:SS')  →  15:02:12
        to_char(timestamptz '2024-05-06 17:08:09+00', 'HH24:MI TZ OF TZH')  →  17:08 UTC +00 +00
        timestamptz '2024-01-01 00:00:00+00' at time zone 'America/New_York'  →  2023-12-31 19:00:00
        timestamp '2024-01-01 00:00:00' at time zone 'America/New_York'  →  2024-01-01 05:00:00+00
        timestamp '2024-07-01 00:00:00' at time zone 'Europe/Berlin'  →  2024-06-30 22:00:00+00
        timestamptz '2024-01-01 00:00:00+00' at time zone 'nowhere'  →  ERROR 22023 time zone "nowhere" not recognized
        timestamp '2024-01-01' at time zone interval '-08:00'  →  2024-01-01 08:00:00+00
        timestamp '2024-05-06 07:08:09'::date  →  2024-05-06
        timestamp '2024-05-06 07:08:09'::time  →  07:08:09
        date '2024-05-06'::timestamp  →  2024-05-06 00:00:00
        '2024-05-06'::date  →  2024-05-06
        '2024-13-06'::date  →  ERROR 22008 date/time field value out of range: "2024-13-06"
        '2024-02-30'::date  →  ERROR 22008 date/time field value out of range: "2024-02-30"
        isfinite(date 'infinity')  →  f
        interval '1-2'  →  1 year 2 mons
        interval '1 year 2 months 3 days 4 hours 5 minutes 6.789 seconds'  →  1 year 2 mons 3 days 04:05:06.789
        'P1Y2M3DT4H5M6S'::interval  →  1 year 2 mons 3 days 04:05:06
        '1 day'::interval::text  →  1 day
        (date '2024-01-01', date '2024-02-01') overlaps (date '2024-01-15', date '2024-03-01')  →  t
        'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid  →  a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11
        'bad'::uuid  →  ERROR 22P02 invalid input syntax for type uuid: "bad"
        'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid < 'b0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid  →  t
        array[1,2,3]  →  {1,2,3}
        array[1, null, 3]  →  {1,NULL,3}
        array[[1,2],[3,4]]  →  {{1,2},{3,4}}
        array[1, 2.5]  →  {1,2.5}
        (array[1,2,3])[2]  →  2
        (array[1,2,3])[5]  →  <NULL>
        (array[1,2,3,4])[2:3]  →  {2,3}
        (array[1,2,3,4])[:2]  →  {1,2}
        (array[1,2,3,4])[3:]  →  {3,4}
        array_length(array[1,2,3], 1)  →  3
        array_length(array[[1,2],[3,4]], 2)  →  2
        array_length('{}'::int[], 1)  →  <NULL>
        cardinality(array[[1,2],[3,4]])  →  4
        array_ndims(array[[1,2],[3,4]])  →  2
        array_dims(array[[1,2],[3,4]])  →  [1:2][1:2]
        array_lower(array[1,2], 1)  →  1
        array_upper(array[1,2], 1)  →  2
        array_append(array[1,2], 3)  →  {1,2,3}
        array_append(null::int[], 3)  →  {3}
        array_prepend(0, array[1,2])  →  {0,1,2}
        array_cat(array[1,2], array[3])  →  {1,2,3}
        array[1,2] || 3  →  {1,2,3}
        0 || array[1,2]  →  {0,1,2}
        array[1,2] || array[3,4]  →  {1,2,3,4}
        array[1] || null::int[]  →  {1}
        array_position(array['a','b','c','b'], 'b')  →  2
        array_position(array[1,2,3], 9)  →  <NULL>
        array_positions(array['a','b','c','b'], 'b')  →  {2,4}
        array_remove(array[1,2,3,2], 2)  →  {1,3}
        array_replace(array[1,2,3,2], 2, 9)  →  {1,9,3,9}
        array_to_string(array[1, 2, null, 3], ',')  →  1,2,3
        array_to_string(array[1, 2, null, 3], ',', '*')  →  1,2,*,3
        string_to_array('a,b,c', ',')  →  {a,b,c}
        string_to_array('a,b,,c', ',', '')  →  {a,b,NULL,c}
        string_to_array('abc', null)  →  {a,b,c}
        string_to_array('', ',')  →  {}
        array[1,2,3] @> array[2]  →  t
        array[1,2] <@ array[1,2,3]  →  t
        array[1,2] && array[2,3]  →  t
        array[1,2] && array[4]  →  f
        array[1,2] = array[1,2]  →  t
        array[1,2] < array[1,3]  →  t
        array[1,2,3] > array[1,2]  →  t
        2 = any(array[1,2,3])  →  t
        5 = any(array[1,2,null])  →  <NULL>
        2 <> all(array[1,3])  →  t
        2 < all(array[3,4])  →  t
        2 = any('{1,2}')  →  t
        '{1,2,3}'::int[]  →  {1,2,3}
        '{a,"b c",NULL}'::text[]  →  {a,"b c",NULL}
        array[1,2]::text[]  →  {1,2}
        array['1','2']::int[]  →  {1,2}
        array_fill(7, array[3])  →  {7,7,7}
        trim_array(array[1,2,3,4], 2)  →  {1,2}
        row(1, 'a')  →  (1,a)
        row(1, null)  →  (1,)
        row(1, 'a') = row(1, 'a')  →  t
        row(1, 2) < row(1, 3)  →  t
        '{"a": 1, "b": [1, 2, {"c": "x"}]}'::jsonb  →  {"a": 1, "b": [1, 2, {"c": "x"}]}
        '{"b": 1, "a": 2, "b": 3}'::jsonb  →  {"a": 2, "b": 3}
        '{"a": 1, "b": [1,2]}'::jsonb -> 'b'  →  [1, 2]
        '{"a": 1, "b": [1,2]}'::jsonb -> 'b' -> 1  →  2
        '{"a": "x"}'::jsonb ->> 'a'  →  x
        '[1, "two", null]'::jsonb ->> 1  →  two
        '[1, "two", null]'::jsonb ->> 2  →  <NULL>
        '[1, 2, 3]'::jsonb -> -1  →  3
        '{"a": {"b": {"c": 1}}}'::jsonb #> '{a,b}'  →  {"c": 1}
        '{"a": {"b": [1, 2]}}'::jsonb #>> '{a,b,1}'  →  2
        '{"a": 1, "b": 2}'::jsonb @> '{"b": 2}'  →  t
        '{"b": 2}'::jsonb <@ '{"a": 1, "b": 2}'  →  t
        '[1,[2,3]]'::jsonb @> '[[3]]'  →  t
        '{"a": 1}'::jsonb ? 'a'  →  t
        '["a","b"]'::jsonb ? 'b'  →  t
        '{"a": 1, "b": 2}'::jsonb ?| array['x', 'b']  →  t
        '{"a": 1, "b": 2}'::jsonb ?& array['a', 'b']  →  t
        '{"a": 1}'::jsonb || '{"b": 2}'::jsonb  →  {"a": 1, "b": 2}
        '[1]'::jsonb || '2'::jsonb  →  [1, 2]
        '{"a": 1, "b": 2}'::jsonb - 'a'  →  {"b": 2}
        '["a", "b"]'::jsonb - 'a'  →  ["b"]
        '[1, 2, 3]'::jsonb - 1  →  [1, 3]
        '{"a": 1, "b": 2, "c": 3}'::jsonb - array['a','c']  →  {"b": 2}
        '{"a": {"b": 1, "c": 2}}'::jsonb #- '{a,b}'  →  {"a": {"c": 2}}
        jsonb_typeof('{"a": 1}'::jsonb)  →  object
        jsonb_typeof('1.5'::jsonb)  →  number
        jsonb_typeof('null'::jsonb)  →  null
        jsonb_array_length('[1, 2, 3]'::jsonb)  →  3
        jsonb_array_length('{}'::jsonb)  →  ERROR 22023 cannot get array length of a non-array
        jsonb_build_object('a', 1, 'b', 'x', 'c', null)  →  {"a": 1, "b": "x", "c": null}
        jsonb_build_array(1, 'two', null, true, 2.50)  →  [1, "two", null, true, 2.50]
        to_jsonb('x'::text)  →  "x"
        to_jsonb(1.50)  →  1.50
        to_jsonb(array[1,2])  →  [1, 2]
        to_jsonb(row(1, 'a'))  →  {"f1": 1, "f2": "a"}
        to_jsonb(date '2024-01-01')  →  "2024-01-01"
        to_jsonb(timestamp '2024-01-01 10:00:00')  →  "2024-01-01T10:00:00"
        jsonb_strip_nulls('{"a": 1, "b": null, "c": {"d": null}}'::jsonb)  →  {"a": 1, "c": {}}
        jsonb_extract_path('{"a": {"b": 1}}'::jsonb, 'a', 'b')  →  1
        jsonb_extract_path_text('{"a": {"b": "x"}}'::jsonb, 'a', 'b')  →  x
        jsonb_set('{"a": {"b": 1}}'::jsonb, '{a,b}', '2')  →  {"a": {"b": 2}}
        jsonb_set('{"a": 1}'::jsonb, '{c}', '2')  →  {"a": 1, "c": 2}
        jsonb_set('[1,2,3]'::jsonb, '{1}', '9')  →  [1, 9, 3]
        jsonb_insert('{"a": [1,2]}'::jsonb, '{a,1}', '9')  →  {"a": [1, 9, 2]}
        jsonb_object('{a,1,b,2}')  →  {"a": "1", "b": "2"}
        jsonb_object(array['a','b'], array['1','2'])  →  {"a": "1", "b": "2"}
        jsonb_pretty('{"a": [1, {"b": 2}]}'::jsonb)  →  {⏎    "a": [⏎        1,⏎        {⏎            "b": 2⏎        }⏎    ]⏎}
        jsonb_exists('{"a": 1}'::jsonb, 'a')  →  t
        ('{"a": 1}'::jsonb -> 'a')::int  →  1
        '1.7'::jsonb::int  →  2
        '"x"'::jsonb::int  →  ERROR 22023 cannot cast jsonb string to type integer
        'true'::jsonb::boolean  →  t
        '{"a":1}'::jsonb = '{"a": 1.0}'::jsonb  →  t
        '[1,2]'::jsonb < '{"a":1}'::jsonb  →  t
        '{bad'::jsonb  →  ERROR 22P02 invalid input syntax for type json
        pg_typeof(1)  →  integer
        pg_typeof(1 + 2.5)  →  numeric
        pg_typeof(array[1,2])  →  integer[]
        pg_typeof('x'::text)  →  text
        pg_typeof(1::bigint + 1)  →  bigint
        pg_typeof(now())  →  timestamp with time zone
        pg_typeof(extract(year from now()))  →  numeric
        pg_typeof(date '2024-01-01' + interval '1 day')  →  timestamp without time zone
        pg_typeof(1::smallint + 1)  →  integer
        pg_typeof(1::real * 2)  →  double precision
        pg_typeof(null)  →  unknown
        num_nulls(1, null, null)  →  2
        num_nonnulls(1, null, 'x')  →  2
        to_char(1234.5, '9999.99')  →   1234.50
        to_char(1234.5, '9,999.00')  →   1,234.50
        to_char(-1234.5, '9999.99')  →  -1234.50
        to_char(125, '999')  →   125
        to_char(0.1, '0.9')  →   0.1
        to_char(12, 'FM000')  →  012
        to_char(-125.8, '999D9')  →  -125.8
        to_char(485, '999th')  →   485th
        to_char(3148.5, '9G999D999')  →   3,148.500
        to_char(485, 'RN')  →          CDLXXXV
        to_char(12.45, '99.9')  →   12.5
        to_char(1e9, '9.99EEEE')  →   1.00e+09
        to_number('12,454.8-', '99G999D9S')  →  -12454.8
        to_number('1234.5', '9999.9')  →  1234.5
        foo(1)  →  ERROR 42883 function foo(integer) does not exist
        1 + 'x'::text  →  ERROR 42883 operator does not exist: integer + text
        'a' + 'b'  →  ERROR 42725 operator is not unique: unknown + unknown
        abs('x'::text)  →  ERROR 42883 function abs(text) does not exist
        length(5)  →  ERROR 42883 function length(integer) does not exist
        lower(5)  →  ERROR 42883 function lower(integer) does not exist
        '1e308'::float8 * 10  →  ERROR 22003 value out of range: overflow
        0.1::real = 0.1  →  f
        0.1::real = '0.1'  →  t
        1::real + 1  →  2
        """;
}
