using StreamDb.Testing.State;

// Child processes of tests that kill them.
return args switch
{
    ["append-log", string directory] => LogAppender.Run(directory),
    _ => 2,
};
