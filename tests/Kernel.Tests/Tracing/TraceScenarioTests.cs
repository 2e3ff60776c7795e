using System.Text;
using CsCheck;
using DmaGrains.Kernel.Tracing;
using DmaGrains.Scenarios.Files;
using DmaGrains.Scenarios.Running;

namespace DmaGrains.Kernel.Tests.Tracing;

public class TraceScenarioTests
{
    private static readonly string[] _devices = ["gpu", "0000:00:05.0", "0000-00-05.0", "exporter", "a device \"with\" much of a name", "gpu-2", "."];

    /// <summary>What a random machine does next: which buffer, device, kind, number of entries.</summary>
    private static readonly Gen<List<(int Buffer, int Device, int Kind, int Entries)>> _acts =
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 6], Gen.Int[0, 6], Gen.Int[1, 9]).List[1, 60];

    [Fact]
    public void Whatever_a_machine_did_plays_to_the_same_end() => Gen.Select(_acts, Gen.Bool).Sample(
        (acts, isCopied) =>
        {
            var history = Machine.Play(acts, isCopied).Read();
            Assert.Empty(history.Problems);

            var (report, made) = Play(history);

            Assert.Empty(made.Differences);
            Assert.True(report.Result is RunResult.Good or RunResult.Hazard, made.Text);
            Assert.Equal(history.Steps.Count(step => step.Op is TraceOp.Attach or TraceOp.Map or TraceOp.Unmap or TraceOp.Detach or TraceOp.Release), made.Steps);
        },
        iter: 60, threads: 1);

    [Fact]
    public void Of_any_damaged_trace_a_scenario_is_made_that_can_be_played() => Gen.Select(_acts, Gen.Select(Gen.Int[0, 400], Gen.Int[0, 3], Gen.ULong).List[1, 12]).Sample(
        (acts, damages) =>
        {
            var lines = Machine.Play(acts, false).Text.TrimEnd('\n').Split('\n').ToList();
            foreach (var (at, kind, number) in damages)
            {
                var index = at % lines.Count;
                lines[index] = kind switch
                {
                    0 => lines[index].Replace("size=65536", $"size={number}", StringComparison.Ordinal),
                    1 => lines[index].Replace("{0x", $"{{0x{number & 0xffffff:x}", StringComparison.Ordinal),
                    2 => "# a comment",
                    _ => lines[(index + 7) % lines.Count],
                };
            }

            var history = TraceWriter.Read(string.Concat(lines.Append("app-1 [0] 1: x: y").Select(line => $"{line}\n")));
            try
            {
                Play(history);
            }
            catch (FileFormatException nothing)
            {
                Assert.Contains("so there is nothing to play", nothing.Message, StringComparison.Ordinal);
            }
        },
        iter: 60, threads: 1);

    [Fact]
    public void What_a_refusal_tells_of_the_pool_is_its_size()
    {
        var writer = new TraceWriter().Export(1, 65536).Attach(1, 11).Export(2, 65536, inode: 2).Attach(2, 12, "cam", inode: 2);
        Map(1, 11, "gpu", 1, 16);
        writer.Mapped(16, 16);
        Map(2, 12, "cam", 2, 5);

        var (report, made) = Play(writer.Mapped(0, 0, unchecked((ulong)-5L)).Read());

        Assert.Contains("size: 0x14000\n    source: \"what was copied at once where a map was refused", Board(made), StringComparison.Ordinal);
        Assert.Equal(["ok", "ok", "ok", "ok", "ok", "EIO"], report.Steps.Select(step => step.Outcome));

        void Map(ulong buffer, ulong attachment, string device, ulong inode, int entries)
        {
            writer.BeginMap(buffer, attachment, device, inode: inode);
            for (var entry = 0; entry < entries; entry++)
            {
                writer.Bounced(device, 0x100000000 + (0x2000UL * (ulong)entry));
            }

            if (entries == 16)
            {
                writer.List(device, [.. Enumerable.Range(0, 16).Select(entry => 0x7d000000 + (4096UL * (ulong)entry))], [.. Enumerable.Range(0, 16).Select(entry => 0x100000000 + (0x2000UL * (ulong)entry))]);
            }
        }
    }

    private static string Board(TraceScenario made) => made.BoardText!;

    private static (RunReport Report, TraceScenario Made) Play(TraceHistory history)
    {
        var made = TraceScenario.OfAsync(history, "again.yaml", "again.board.yaml", CancellationToken.None).GetAwaiter().GetResult();
        Assert.InRange(Encoding.UTF8.GetByteCount(made.Text), 1, 1 << 20);
        var board = BoardFile.Parse(made.BoardText!, "again.board.yaml");
        var text = made.Text.Replace("board: again.board.yaml", "board: traced", StringComparison.Ordinal);
        var scenario = ScenarioFile.Parse(text, "again.yaml", board);
        return (ScenarioRunner.PlayAsync(scenario, ModelEngine.Create(board).Value, CancellationToken.None).GetAwaiter().GetResult(), made);
    }

    /// <summary>A machine that does only what a kernel lets its drivers do.</summary>
    private static class Machine
    {
        public static TraceWriter Play(List<(int Buffer, int Device, int Kind, int Entries)> acts, bool isCopied)
        {
            var writer = new TraceWriter();
            var buffers = new Dictionary<int, (ulong Inode, int Entries)>();
            var attached = new List<(int Buffer, int Device, ulong Pointer, int Maps, bool Kept)>();
            var (inode, pointer) = (0UL, 0xa000UL);
            foreach (var (number, device, kind, entries) in acts)
            {
                var at = 0x1000UL * ((ulong)number + 1);
                if (!buffers.TryGetValue(number, out var buffer))
                {
                    buffer = buffers[number] = (++inode, entries);
                    writer.Export(at, 4096UL * (ulong)entries, inode: buffer.Inode);
                }

                var index = attached.FindLastIndex(attachment => attachment.Buffer == number && attachment.Device == device);
                if (kind <= 1 || index < 0)
                {
                    pointer += 16;
                    writer.Attach(at, pointer, _devices[device], buffer.Inode, 4096UL * (ulong)buffer.Entries);
                    attached.Add((number, device, pointer, 0, false));
                    continue;
                }

                var held = attached[index];
                if (kind <= 3 && held.Maps == 0)
                {
                    writer.BeginMap(at, held.Pointer, _devices[device], kind, buffer.Inode);
                    if (!held.Kept)
                    {
                        List(writer, _devices[device], number, buffer.Entries, isCopied);
                    }

                    writer.Mapped(buffer.Entries, buffer.Entries);
                    attached[index] = held with { Maps = 1, Kept = true };
                }
                else if (held.Maps > 0)
                {
                    writer.Unmap(at, held.Pointer, _devices[device], buffer.Inode);
                    attached[index] = held with { Maps = 0 };
                }
                else
                {
                    writer.Detach(at, held.Pointer, _devices[device], buffer.Inode);
                    attached.RemoveAt(index);
                    if (!attached.Exists(attachment => attachment.Buffer == number))
                    {
                        writer.Release(at);
                        buffers.Remove(number);
                    }
                }
            }

            return writer;
        }

        private static void List(TraceWriter writer, string device, int number, int entries, bool isCopied)
        {
            var pages = Enumerable.Range(0, entries).Select(entry => (isCopied ? 0x100000000UL : 0x10000000) + (0x100000UL * (ulong)number) + (0x2000UL * (ulong)entry)).ToArray();
            if (!isCopied)
            {
                writer.List(device, pages);
                return;
            }

            foreach (var page in pages)
            {
                writer.Bounced(device, page);
            }

            writer.List(device, [.. pages.Select(page => page - 0x100000000 + 0x70000000)], pages);
        }
    }
}
