namespace StreamDb.Testing.State;

/// <summary>What can become of a file: a flipped bit, a cut, a zeroed sector, or no file at all.</summary>
public static class Damages
{
    public static void Apply(SimulatedFileSystem system, string path, byte[] content, Random random)
    {
        byte[] damaged = (byte[])content.Clone();
        switch (random.Next(4))
        {
            case 0 when damaged.Length > 0:
                damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                Array.Resize(ref damaged, random.Next(damaged.Length + 1));
                break;
            case 2 when damaged.Length > SimulatedFileSystem.SectorBytes:
                damaged.AsSpan(random.Next(damaged.Length / SimulatedFileSystem.SectorBytes) * SimulatedFileSystem.SectorBytes, SimulatedFileSystem.SectorBytes).Clear();
                break;
            default:
                system.Delete(path);
                return;
        }

        system.WriteAll(path, damaged);
    }
}
