namespace StreamDb.PgWire.Messages;

/// <summary>A statement ended well. The tag of an empty query is empty and has a message of its own.</summary>
internal static class CommandCompleteMessage
{
    public static void Write(MessageWriter output, string tag)
    {
        if (tag.Length == 0)
        {
            output.WriteEmpty(BackendMessage.EmptyQueryResponse);
            return;
        }

        output.Begin(BackendMessage.CommandComplete);
        output.WriteString(tag);
        output.End();
    }
}
