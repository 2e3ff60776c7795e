using System.Text.Json.Nodes;
using CsCheck;
using DmaGrains.Kernel.Conformance;
using static DmaGrains.Kernel.Tests.Conformance.VectorRecords;

namespace DmaGrains.Kernel.Tests.Conformance;

public class VectorFileExceptionTests
{
    /// <summary>Values that no field of any record takes, or only some do.</summary>
    private static readonly string[] _oddities =
    [
        "-1", "0", "1", "0.5", "1e3", "4096", "4294967295", "4294967296", "1000000000000", "18446744073709551615",
        "18446744073709551616", "null", "true", "\"\"", "\"EINVAL\"", "\"\\ud800\"", "[]", "[[]]", "{}", "[0,0,0]",
    ];

    /// <summary>A record, the part of it that is changed, the change, and how the message then starts.</summary>
    public static TheoryData<string, string, string, string> Changes => new()
    {
        { Segment, "'length':9", "'length':-9", "length is -9; expected a whole number from 0 to 4294967295" },
        { Segment, "'length':9", "'length':4294967296", "length is 4294967296; expected a whole number" },
        { Segment, "'length':9", "'length':'9'", "length is '9'; expected a whole number" },
        { Segment, "'length':9", "'length':9.0", "length is 9.0; expected a whole number" },
        { Segment, "'length':9,", "", "no length; expected that field" },
        { Segment, ":4096", ":18446744073709551616", "dma_address is 18446744073709551616; expected" },
        { Segment, "'dma_parms':null", "'dma_parms':[]", "dma_parms is []; expected an object" },
        { Segment, "'dma_parms':null", "'dma_parms':{}", "no dma_parms.max_segment_size; expected that field" },
        { Segment, ":false}", ":0}", "expect.crosses_boundary is 0; expected true or false" },
        { Segment, ":false}", ":false,'x':1}", "expect has 'x':1; expected longer_than_max, crosses_boundary" },
        { Segment, "'id'", "'x':1,'id'", "the line has 'x':1; expected id, class, dma_parms, length, dma_address, dma_length, expect" },
        { Bounced, "'id'", "'reuse':'lazy','id'", "the line has 'reuse':'lazy'; expected id, class, start, slots, areas, alloc_align_mask, devices" },
        { Bounced, "'areas':2", "'areas':3", "areas is 3; expected a power of two, with whole sets of 128 slots in each" },
        { Bounced, "'slots':256", "'slots':257", "areas is 2; expected a power of two, with whole sets" },
        { Bounced, "'areas':2", "'areas':0", "areas is 0; expected a whole number from 1 to 4096" },
        { Segment, "'ck-1'", "7", "id is 7; expected a string" },
        { Segment, "'ck-1'", "'\\ud800'", "id is '\\ud800'; expected a string of whole characters" },
        { Segment, "ck-1", new('x', 101), $"id is '{new string('x', 59)}…; expected a string of at most 100" },
        { Segment, "'id':'ck-1',", "", "no id; expected that field" },
        { Segment, "'id'", "'length':1,'id'", "malformed JSON (Duplicate property" },
        { Segment, "'id'", "'\\ud800':1,'id'", "malformed JSON (" },
        { Segment, "}}", "}", "malformed JSON (" },
        { Segment, Segment, "[1]", "the line is [1]; expected one JSON object a line" },
        { Segment, Segment, Other, "a record of no known kind; expected one of scatterlist (pfns or calls) or" },
        { Segment, "'id'", "'ops':[],'id'", "a record of ops and dma_address; expected one of" },
        { List, "[1,2]", "[1,1000000000000]", "pfns[0][1] is 1000000000000; expected at most 1048576 pages" },
        { List, "[1,2]", "[1,1048576],[5,1]", "pfns[1][1] is 1; expected at most 1048576 pages" },
        { List, "[1,2]", "[1,0]", "pfns[0][1] is 0; expected a whole number from 1" },
        { List, "[1,2]", "[4503599627370495,1]", "pfns[0][0] is 4503599627370495; expected a whole number" },
        { List, "[1,2]", "[1]", "pfns[0] has length 1; expected length 2" },
        { List, "[[1,2]]", "[]", "pfns has length 0; expected length 1 to" },
        { List, "'offset':0", "'offset':4294967296", "offset is 4294967296; expected a whole number from 0 to 4294967295" },
        { List, "[1,0,8192]", "[1,0]", "expect.segments[0] has length 2; expected length 3" },
        { List, "'nents':1", "'errno':'EINVAL'", "expect has 'segments':[[1,0,8192]]; expected errno" },
        { Appended, "'nents':2,'segments':[[1,0,12288],[9,0,4096]]", "'errno':'22'", "expect.errno is '22'; expected" },
        { Appended, "'offset':0,", "", "no calls[0].offset; expected that field" },
        { Appended, ":65536", ":-1", "calls[0].max_segment is -1; expected" },
        { Appended, "'id'", "'pfns':[[1,1]],'id'", "a record of pfns and calls; expected one of" },
        { History, "'direct'", "'v9'", "getters is 'v9'; expected direct, rfcv3 or v6.1" },
        { History, "'attach'", "'map'", "ops[0][0] is 'map'; expected attach, detach, set-parms, recalc or" },
        { History, "'attach',0", "'attach',1", "ops[0][1] is 1; expected one of 1 devices, from 0" },
        { History, "'attach',0", "'attach'", "ops[0] has length 1; expected length 2" },
        { History, "'detach',0", "'detach',1", "ops[1] is ['detach',1]; expected an attachment that is still" },
        { History, "['detach',0]", "['recalc']", "expect[1] has length 4; expected length 5" },
        { History, "['detach',0]", "['recalc',0]", "ops[1] is ['recalc',0]; expected recalc alone" },
        { History, ",['detach',0]", "", "expect has length 2; expected length 1" },
        { History, "[[8,4,15]]", "[[8,4]]", "devices[0] has length 2; expected length 3" },
        { History, "'ok',8", "'fine',8", "expect[0][0] is 'fine'; expected ok, EINVAL, EBUSY, ok-recalc-EINVAL" },
        { History, "'expect'", "'wanted'", "no expectation; expected expect" },
        { Refused, "expect_rolled_back", "expect", "expect together with attach-refused; expected expect_as_posted or" },
        { Least, "'size':4096", "'size':0", "size is 0; expected a whole number from 1" },
        { Least, ":4095", ":4094", "boundary_mask is 4094; expected 2^k-1" },
        { Least, "'exact_scattered':1,", "", "no expect.exact_scattered; expected that field" },
        { Translated, "'granule':4096", "'granule':8192", "granule is 8192; expected 4096, 16384 or 65536 bytes" },
        { Translated, ":8191", ":8190", "boundary_mask is 8190; expected 0 or 2^k-1" },
        { Translated, "[[1024,3072],[0", "[[4096,3072],[0", "segments[0][0] is 4096; expected a whole number from 0 to 4095" },
        { Translated, ",[0,8192]", ",[0]", "segments[1] has length 1; expected length 2" },
        { TooLong, "'EINVAL'", "'22'", "expect.errno is '22'; expected an errno of the model" },
        { Translated, "[[1024,3072],[0,8192]]", "[]", "segments has length 0; expected length 1 to" },
        { Translated, "'over_max':0,", "", "no expect.over_max; expected that field" },
        { Translated, "'iova_len':16384,", "'iova_len':16384,'x':1,", "expect has 'x':1; expected iova_len, iova_align," },
        { Translated, "'iova_len':16384,", "'errno':'EINVAL',", "expect has 'iova_align':16384; expected errno" },
    };

    [Theory]
    [InlineData(Segment)]
    [InlineData(List)]
    [InlineData(Appended)]
    [InlineData(History)]
    [InlineData(Refused)]
    [InlineData(Least)]
    [InlineData(Translated)]
    [InlineData(TooLong)]
    [InlineData(Bounced)]
    [InlineData(Aligned)]
    public void Run_passes_when_the_record_is_left_as_it_is(string record) =>
        Assert.Equal(1, VectorFiles.Run(record.Json()).Passed);

    [Theory]
    [MemberData(nameof(Changes))]
    public void Run_names_the_field_and_the_line_when_a_record_cannot_be_read(
        string record, string part, string change, string message)
    {
        var fault = VectorFiles.Fault(record.Json(), "", record.With(part, change));

        Assert.Equal(3, fault.Line);
        Assert.StartsWith($"{fault.Path}:3: {message.Json()}", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_reports_or_names_a_fault_when_any_value_of_a_record_is_replaced()
    {
        var lines = VectorFiles.PublicKinds.SelectMany(kind => VectorFiles.PublicLines(kind).Take(100)).ToArray();
        var anyChange = Gen.Select(
            Gen.Int[0, lines.Length - 1], Gen.Int[0, int.MaxValue - 1], Gen.Int[0, _oddities.Length - 1]);
        anyChange.Sample((line, pick, odd) =>
        {
            var record = JsonNode.Parse(lines[line])!;
            var leaves = VectorLeaves.Below(record).ToList();
            leaves[pick % leaves.Count].Set("?");
            var changed = record.ToJsonString().Replace("\"?\"", _oddities[odd], StringComparison.Ordinal);
            try
            {
                var report = VectorFiles.Run(changed);
                return report.Passed + report.Failed == 1;
            }
            catch (VectorFileException fault)
            {
                return fault.Line == 1;
            }
        });
    }

    [Fact]
    public void Run_names_the_line_when_the_kinds_are_mixed()
    {
        var fault = VectorFiles.Fault(List.Json(), Segment.Json());

        Assert.Equal(
            $"{fault.Path}:2: a check_sg_segment record; expected scatterlist as in the lines before", fault.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n  \n")]
    public void Run_names_the_first_line_when_the_file_has_no_record(string text)
    {
        var fault = VectorFiles.Fault(text);

        Assert.StartsWith($"{fault.Path}:1: no record; expected", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_names_the_line_when_it_is_too_long()
    {
        var fault = VectorFiles.Fault(Segment.Json(), new string(' ', 1 << 20) + Segment.Json());

        Assert.StartsWith(
            $"{fault.Path}:2: a line of more than 1048576 characters", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no/such/file.jsonl", "no such file")]
    [InlineData("/", "a directory")]
    [InlineData("", "no such file")]
    public void Run_names_the_file_alone_when_there_is_none(string path, string found)
    {
        var fault = Assert.Throws<VectorFileException>(() => Kernel.Conformance.Conformance.Run(path));

        Assert.Equal((path, 0, $"{path}: {found}; expected a vector file"), (fault.Path, fault.Line, fault.Message));
    }
}
