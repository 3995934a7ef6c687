namespace StreamDb.PgWire.Codec;

/// <summary>Positions in the query string: ours count UTF-16 units, the protocol's count characters.</summary>
internal static class TextPositions
{
    /// <param name="unit">1-based position in UTF-16 units; 0 when unknown.</param>
    public static int ToCharacters(string text, int unit)
    {
        int end = Math.Min(unit - 1, text.Length);
        int position = unit;
        for (int i = 0; i < end; i++)
        {
            if (char.IsLowSurrogate(text[i]))
            {
                position--;
            }
        }

        return position;
    }
}
