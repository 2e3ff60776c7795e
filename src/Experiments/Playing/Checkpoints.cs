using System.Buffers.Binary;
using System.Globalization;
using System.IO.Hashing;
using System.Text;
using DmaGrains.Experiments.Files;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace DmaGrains.Experiments.Playing;

/// <summary>
/// A folder of checkpoints with the state or the results of each board of each repetition. Files are replaced atomically after the new one
/// is on disk, so that a kill leaves either the old or the new one.
/// </summary>
/// <remarks>A file: eight letters, the fingerprint of program and experiment, the content's length, the content, and its checksum (XXH3).</remarks>
internal sealed class Checkpoints
{
    private const int HeaderLength = 8 + 16 + 8;
    private const int ChecksumLength = 8;

    private static readonly byte[] _magic = "DMAXCP01"u8.ToArray();

    private static readonly Serializer _serializer =
        new ServiceCollection().AddSerializer().BuildServiceProvider().GetRequiredService<Serializer>();

    private readonly string _folder;
    private readonly byte[] _program;
    private readonly byte[] _experiment;

    /// <summary>Opens a folder; creates it if it does not exist.</summary>
    public Checkpoints(string folder, Experiment experiment)
    {
        _folder = folder;
        _program = BitConverter.GetBytes(ProgramFingerprint);
        _experiment = BitConverter.GetBytes(FingerprintOf(experiment));
        Try(folder, () => Directory.CreateDirectory(folder));
    }

    /// <summary>Identifies this build of the program by the modules on which results depend.</summary>
    private static ulong ProgramFingerprint { get; } = XxHash3.HashToUInt64(
    [
        .. new[] { typeof(BoardDefinition), typeof(Scenarios.Files.BoardFile), typeof(Checkpoints) }
            .SelectMany(type => type.Module.ModuleVersionId.ToByteArray()),
    ]);

    /// <summary>The results of a board; null when it is not finished.</summary>
    public BoardOutcome? ReadOutcome(BoardPlay play) => Read<BoardOutcome>(PathOf(play, "done"));

    /// <summary>The state of a board; null when none is stored.</summary>
    public SimulationState? ReadState(BoardPlay play) => Read<SimulationState>(PathOf(play, "state"));

    /// <summary>Stores the results of a board.</summary>
    public void Write(BoardPlay play, BoardOutcome outcome)
    {
        Write(PathOf(play, "done"), outcome);
        Try(_folder, () => File.Delete(PathOf(play, "state")));
    }

    /// <summary>Stores the state of a board.</summary>
    public void Write(BoardPlay play, SimulationState state) => Write(PathOf(play, "state"), state);

    private string PathOf(BoardPlay play, string ending) =>
        Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"case-{play.Case}-repetition-{play.Repetition}-board-{play.Board}.{ending}"));

    private void Write<T>(string path, T content)
    {
        var bytes = _serializer.SerializeToArray(content);
        Span<byte> header = stackalloc byte[HeaderLength];
        _magic.CopyTo(header);
        _program.CopyTo(header[8..]);
        _experiment.CopyTo(header[16..]);
        BinaryPrimitives.WriteInt64LittleEndian(header[24..], bytes.Length);
        var checksum = new XxHash3();
        checksum.Append(header);
        checksum.Append(bytes);
        byte[] whole = [.. header, .. bytes, .. checksum.GetCurrentHash()];
        Try(path, () =>
        {
            var draft = path + ".new";
            using (var file = new FileStream(draft, FileMode.Create, FileAccess.Write))
            {
                file.Write(whole);
                file.Flush(flushToDisk: true);
            }

            File.Move(draft, path, overwrite: true);
        });
    }

    private T? Read<T>(string path)
        where T : class
    {
        if (!File.Exists(path))
        {
            return null;
        }

        byte[] whole = [];
        Try(path, () => whole = File.ReadAllBytes(path));
        if (whole.Length < HeaderLength + ChecksumLength || !whole.AsSpan(0, 8).SequenceEqual(_magic)
            || BinaryPrimitives.ReadInt64LittleEndian(whole.AsSpan(24)) != whole.Length - HeaderLength - ChecksumLength
            || !XxHash3.Hash(whole.AsSpan(0, whole.Length - ChecksumLength)).AsSpan().SequenceEqual(whole.AsSpan(whole.Length - ChecksumLength)))
        {
            throw Unusable(path, "is damaged");
        }

        return !whole.AsSpan(8, 8).SequenceEqual(_program) ? throw Unusable(path, "was written by another version of the program")
            : !whole.AsSpan(16, 8).SequenceEqual(_experiment) ? throw Unusable(path, "is of another experiment, or its file or a board has changed since")
            : _serializer.Deserialize<T>(whole.AsMemory(HeaderLength, whole.Length - HeaderLength - ChecksumLength));
    }

    private static CheckpointException Unusable(string path, string why) =>
        new($"the checkpoint {HarmlessText.Of(path)} {why}: expected one that this program wrote for this file; start again without it");

    private static void Try(string path, Action act)
    {
        try
        {
            act();
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException($"the checkpoint {HarmlessText.Of(path)} cannot be used: {HarmlessText.Of(problem.Message.TrimEnd('.'))}", problem);
        }
    }

    /// <summary>Identifies an experiment by the file's text, and by boards and recordings, which come from other files.</summary>
    private static ulong FingerprintOf(Experiment experiment)
    {
        var hash = new XxHash3();
        hash.Append(Encoding.UTF8.GetBytes(experiment.Text));
        foreach (var board in experiment.Cases.SelectMany(each => each.Boards).Distinct())
        {
            hash.Append(_serializer.SerializeToArray(board));
        }

        foreach (var recorded in experiment.Cases.SelectMany(each => each.Workload).Select(stream => stream.Arrivals).OfType<StreamArrivals.Recorded>())
        {
            hash.Append(BitConverter.GetBytes(recorded.Fingerprint));
        }

        return hash.GetCurrentHashAsUInt64();
    }
}
