using System.Runtime.ExceptionServices;
using System.Text;
using StreamDb.Connectors.Formats;
using StreamDb.Core.Errors;
using StreamDb.Dataflow.Ports;

namespace StreamDb.Connectors.Files;

/// <summary>connector = 'file': the lines of one file, or of all files of a pattern, below the server's file root.</summary>
/// <remarks>
/// Files are read in name order; lines that are appended and files that come later follow, looked for ten times a
/// second, until follow = 'false' ends the source at the end of what is there. A file that is cut or replaced is never
/// read again by itself: that is trouble to be shown, while other files go on.
/// </remarks>
internal sealed class FileSource : ISource
{
    private const int PollMs = 100;

    private readonly FilePattern _pattern;
    private readonly bool _isFollowing;
    private readonly FileReader _reader;
    private readonly LineBatch _batch;
    private readonly SortedDictionary<string, FileProgress> _files = new(StringComparer.Ordinal);

    private FileSource(SourceRequest request, FilePattern pattern, bool isFollowing, ILineDecoder decoder)
    {
        _pattern = pattern;
        _isFollowing = isFollowing;
        _reader = new FileReader(decoder, isFollowing);
        _batch = new LineBatch(request.Columns, decoder);
        foreach (FileProgress file in FileOffsets.Decode(request.Offset.Span))
        {
            _files.Add(file.Name, file);
        }
    }

    public static FileSource Open(SourceRequest request)
    {
        var options = new OptionReader(request.Options);
        options.Text("connector");
        string path = options.Required("path");
        bool isFollowing = options.Boolean("follow", absent: true);
        ILineDecoder decoder = DecoderOf(request);
        options.CheckAllTaken(ConnectorRegistry.File);
        if (request.Columns.IsEmpty)
        {
            throw new SqlException(SqlState.InvalidTableDefinition, "a file source needs columns");
        }

        FilePattern pattern = FilePattern.Parse(request.FileRoot, path);
        CheckMatches(pattern);
        return new FileSource(request, pattern, isFollowing, decoder);
    }

    public async ValueTask<SourceBatch?> ReadAsync(CancellationToken cancellation)
    {
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            ReadFiles(cancellation);
            if (!_batch.IsEmpty)
            {
                return _batch.Finish(FileOffsets.Encode(_files.Values));
            }

            if (!_isFollowing)
            {
                return null;
            }

            await Task.Delay(PollMs, cancellation).ConfigureAwait(false);
        }
    }

    public ValueTask DisposeAsync()
    {
        _batch.Dispose();
        return ValueTask.CompletedTask;
    }

    private static ILineDecoder DecoderOf(SourceRequest request)
    {
        bool isPlain = request.Format is null || request.Format.Equals("PLAIN", StringComparison.OrdinalIgnoreCase);
        var options = new OptionReader(request.EncodeOptions);
        ILineDecoder decoder = (isPlain, request.Encode?.ToUpperInvariant()) switch
        {
            (true, "JSON") => new JsonLineDecoder(request.Columns),
            (true, "CSV") => new CsvLineDecoder(request.Columns, Delimiter(options), HasHeader(options)),
            (true, null) => throw new SqlException(SqlState.InvalidParameterValue, "a file source needs an encoding")
            {
                Hint = "Add FORMAT PLAIN ENCODE JSON or FORMAT PLAIN ENCODE CSV.",
            },
            _ => throw FormatOptions.Unsupported(request, ConnectorRegistry.File),
        };
        options.CheckAllTaken(ConnectorRegistry.File);
        return decoder;
    }

    /// <summary>Files have a header unless told otherwise; RisingWave's without_header says the same the other way round.</summary>
    private static bool HasHeader(OptionReader options)
    {
        bool hasHeader = !options.Boolean("without_header", absent: false);
        return options.Boolean("header", absent: hasHeader);
    }

    private static byte Delimiter(OptionReader options)
    {
        string text = options.Text("delimiter") ?? ",";
        byte[] bytes = Encoding.UTF8.GetBytes(text is "\\t" ? "\t" : text);
        return bytes.Length == 1 && bytes[0] is not ((byte)'"' or (byte)'\n' or (byte)'\r')
            ? bytes[0]
            : throw options.Invalid("delimiter", "must be one ASCII character, neither a quote nor a line end");
    }

    /// <summary>A link that leads outside is refused at once; that a file cannot be listed now is the reader's trouble later.</summary>
    private static void CheckMatches(FilePattern pattern)
    {
        try
        {
            pattern.Match();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return;
        }
    }

    private void ReadFiles(CancellationToken cancellation)
    {
        List<string> names = _pattern.Match();
        if (names.Count == 0 && _pattern.IsSingle)
        {
            throw new FileNotFoundException("file not found");
        }

        Exception? trouble = null;
        foreach (string name in names)
        {
            if (_batch.IsFull)
            {
                return;
            }

            if (!_files.TryGetValue(name, out FileProgress? file))
            {
                file = new FileProgress(name, 0, 0, 0);
                _files.Add(name, file);
            }

            try
            {
                _reader.Read(file, _pattern.Resolve(name), _batch, cancellation);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or SqlException)
            {
                trouble ??= exception;
            }
        }

        // What the other files have comes first; the trouble comes back with the next reading.
        if (trouble is not null && _batch.IsEmpty)
        {
            ExceptionDispatchInfo.Throw(trouble);
        }
    }
}
