using StreamDb.State;

namespace StreamDb.Testing.State;

/// <summary>A process that appends and commits until it is killed, and says on its output what was acknowledged.</summary>
internal static class LogAppender
{
    public static int Run(string path)
    {
        using DataDirectory directory = DataDirectory.Open(path, options: LogWorkload.SmallPages);
        Console.WriteLine(LogWorkload.Verify(directory.Log));
        while (true)
        {
            for (long burst = directory.Log.LastSequence % 4; burst >= 0; burst--)
            {
                LogWorkload.Append(directory.Log);
            }

            Console.WriteLine(directory.Log.Commit());
        }
    }
}
