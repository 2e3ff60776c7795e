using System.Text.Json.Nodes;
using CsCheck;
using DmaGrains.Scenarios.Conformance;

namespace DmaGrains.Scenarios.Tests.Conformance;

public class VectorFileExceptionTests
{
    private const string Segment =
        """{"id":"ck-1","dma_parms":null,"length":9,"dma_address":4096,"dma_length":9,"expect":{"longer_than_max":false,"crosses_boundary":false}}""";

    private const string List =
        """{"id":"sg-1","pfns":[[1,2]],"offset":0,"size":8192,"max_segment":4294967295,"expect":{"nents":1,"segments":[[1,0,8192]]}}""";

    private const string Appended =
        """{"id":"sg-2","calls":[{"pfns":[[1,2]],"offset":0,"size":8192,"max_segment":65536,"left_pages":1,"nents_after":1}],"expect":{"nents":1,"segments":[[1,0,8192]]}}""";

    private const string History =
        """{"id":"co-1","getters":"direct","devices":[[8,4,15]],"ops":[["attach",0],["detach",0]],"expect":[["ok",8,4,15],["ok",4294967295,4294967295,18446744073709551615]]}""";

    private const string Refused =
        """{"id":"co-2","getters":"direct","devices":[[8,4,15]],"ops":[["attach-refused",0]],"expect_rolled_back":[["EBUSY",4294967295,4294967295,18446744073709551615]]}""";

    private const string Least =
        """{"id":"re-1","size":4096,"max_segment_size":4096,"max_segment_count":1,"boundary_mask":4095,"expect":{"floor_scattered":1,"floor_contiguous_aligned":1,"floor_contiguous_best_base":1,"exact_scattered":1,"exact_contiguous_aligned":1,"exact_contiguous_best_base":1,"simple_rule_accepts":true,"representable_scattered":true,"representable_contiguous_aligned":true}}""";

    private const string OtherKind =
        """{"id":"im-1","class":"valid","granule":4096,"max_segment_size":65536,"boundary_mask":0,"segments":[[0,4096]],"expect":{}}""";

    /// <summary>Values that no field of any record takes, or only some do.</summary>
    private static readonly string[] Oddities =
    [
        "-1", "0", "1", "0.5", "1e3", "4096", "4294967295", "4294967296", "18446744073709551615", "18446744073709551616",
        "1000000000000", "null", "true", "\"\"", "\"EINVAL\"", "\"\\ud800\"", "[]", "[[]]", "{}", "[0,0,0]",
    ];

    public static TheoryData<string, string, string, string> Changes => new()
    {
        { Segment, "\"length\":9", "\"length\":-9", "length is -9; expected a whole number from 0 to 4294967295" },
        { Segment, "\"length\":9", "\"length\":4294967296", "length is 4294967296; expected a whole number" },
        { Segment, "\"length\":9", "\"length\":\"9\"", "length is \"9\"; expected a whole number" },
        { Segment, "\"length\":9", "\"length\":9.0", "length is 9.0; expected a whole number" },
        { Segment, "\"length\":9,", "", "no length; expected that field" },
        { Segment, ":4096", ":18446744073709551616", "dma_address is 18446744073709551616; expected" },
        { Segment, "\"dma_parms\":null", "\"dma_parms\":[]", "dma_parms is []; expected an object" },
        { Segment, "\"dma_parms\":null", "\"dma_parms\":{}", "no dma_parms.max_segment_size; expected that field" },
        { Segment, ":false}", ":0}", "expect.crosses_boundary is 0; expected true or false" },
        { Segment, ":false}", ":false,\"x\":1}", "expect has \"x\":1; expected longer_than_max, crosses_boundary" },
        { Segment, "\"ck-1\"", "7", "id is 7; expected a string" },
        { Segment, "\"ck-1\"", "\"\\ud800\"", "id is \"\\ud800\"; expected a string of whole characters" },
        { Segment, "\"id\":\"ck-1\",", "", "no id; expected that field" },
        { Segment, "\"id\"", "\"length\":1,\"id\"", "malformed JSON (Duplicate property 'length'" },
        { Segment, "}}", "}", "malformed JSON (" },
        { Segment, Segment, "[1]", "the line is [1]; expected one JSON object a line" },
        { Segment, Segment, OtherKind, "a record of no known kind; expected one of scatterlist (pfns or calls) or constraints (ops) or" },
        { Segment, "\"id\"", "\"ops\":[],\"id\"", "a record with ops and dma_address; expected one of" },
        { List, "[1,2]", "[1,1000000000000]", "pfns[0][1] is 1000000000000; expected at most 1048576 pages" },
        { List, "[1,2]", "[1,1048576],[5,1]", "pfns[1][1] is 1; expected at most 1048576 pages" },
        { List, "[1,2]", "[1,0]", "pfns[0][1] is 0; expected a whole number from 1" },
        { List, "[1,2]", "[4503599627370495,1]", "pfns[0][0] is 4503599627370495; expected a whole number from 0 to" },
        { List, "[1,2]", "[1]", "pfns[0] has length 1; expected length 2" },
        { List, "[[1,2]]", "[]", "pfns has length 0; expected length 1 to" },
        { List, "\"offset\":0", "\"offset\":4096", "offset is 4096; expected a whole number from 0 to 4095" },
        { List, "[1,0,8192]", "[1,0]", "expect.segments[0] has length 2; expected length 3" },
        { List, "{\"nents\":1,", "{\"errno\":\"EINVAL\",", "expect has \"segments\":[[1,0,8192]]; expected errno" },
        { List, "{\"nents\":1,\"segments\":[[1,0,8192]]}", "{\"errno\":\"EFOO\"}", "expect.errno is \"EFOO\"; expected an errno" },
        { Appended, "\"offset\":0,", "", "no calls[0].offset; expected that field" },
        { Appended, ":65536", ":-1", "calls[0].max_segment is -1; expected" },
        { Appended, "\"id\"", "\"pfns\":[[1,1]],\"id\"", "a record with pfns and calls; expected one of" },
        { History, "\"direct\"", "\"v9\"", "getters is \"v9\"; expected direct, rfcv3 or v6.1" },
        { History, "\"attach\"", "\"map\"", "ops[0][0] is \"map\"; expected attach, detach, set-parms, recalc or attach-refused" },
        { History, "\"attach\",0", "\"attach\",1", "ops[0][1] is 1; expected one of 1 devices, from 0" },
        { History, "\"attach\",0", "\"attach\"", "ops[0] has length 1; expected length 2" },
        { History, "\"detach\",0", "\"detach\",1", "ops[1] is [\"detach\",1]; expected an attachment that is still attached" },
        { History, "[\"detach\",0]", "[\"recalc\"]", "expect[1] has length 4; expected length 5" },
        { History, "[\"detach\",0]", "[\"recalc\",0]", "ops[1] is [\"recalc\",0]; expected recalc alone" },
        { History, ",[\"detach\",0]", "", "expect has length 2; expected length 1" },
        { History, "[8,4,15]],\"ops\"", "[8,4]],\"ops\"", "devices[0] has length 2; expected length 3" },
        { History, "\"ok\",8", "\"fine\",8", "expect[0][0] is \"fine\"; expected ok, EINVAL, EBUSY, ok-recalc-EINVAL" },
        { History, "\"expect\"", "\"wanted\"", "no expectation; expected expect" },
        { Refused, "expect_rolled_back", "expect", "expect beside attach-refused; expected expect_as_posted or expect_rolled_back" },
        { Least, "\"size\":4096", "\"size\":0", "size is 0; expected a whole number from 1" },
        { Least, ":4095", ":4094", "boundary_mask is 4094; expected 2^k-1" },
        { Least, "\"exact_scattered\":1,", "", "no expect.exact_scattered; expected that field" },
    };

    [Theory]
    [InlineData(Segment)]
    [InlineData(List)]
    [InlineData(Appended)]
    [InlineData(History)]
    [InlineData(Refused)]
    [InlineData(Least)]
    public void Run_passes_when_the_record_is_left_as_it_is(string line) => Assert.Equal(1, VectorFiles.Run(line).Passed);

    [Theory]
    [MemberData(nameof(Changes))]
    public void Run_names_the_field_and_the_line_when_a_record_cannot_be_read(
        string line, string part, string change, string message)
    {
        var fault = VectorFiles.Fault(line, "", line.Replace(part, change, StringComparison.Ordinal));

        Assert.Equal(3, fault.Line);
        Assert.StartsWith($"{fault.Path}:3: {message}", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_reports_or_names_a_fault_when_any_value_of_a_record_is_replaced()
    {
        var lines = VectorFiles.PublicKinds.SelectMany(kind => VectorFiles.PublicLines(kind).Take(100)).ToArray();
        var any = Gen.Select(Gen.Int[0, lines.Length - 1], Gen.Int[0, int.MaxValue - 1], Gen.Int[0, Oddities.Length - 1]);
        any.Sample((line, pick, odd) =>
        {
            var record = JsonNode.Parse(lines[line])!;
            var leaves = VectorLeaves.Below(record).ToList();
            leaves[pick % leaves.Count].Set("?");
            var changed = record.ToJsonString().Replace("\"?\"", Oddities[odd], StringComparison.Ordinal);
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
        var fault = VectorFiles.Fault(List, Segment);

        Assert.EndsWith(":2: a check_sg_segment record; expected scatterlist as in the lines before", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n  \n")]
    public void Run_names_the_first_line_when_the_file_has_no_record(string text)
    {
        var fault = VectorFiles.Fault(text);

        Assert.Contains(":1: no record; expected scatterlist", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_names_the_line_when_it_is_too_long()
    {
        var fault = VectorFiles.Fault(Segment, new string(' ', 1 << 20) + Segment);

        Assert.Contains(":2: a line of more than 1048576 characters; expected", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no/such/file.jsonl", "no such file")]
    [InlineData("/", "a directory")]
    [InlineData("", "no such file")]
    public void Run_names_the_file_alone_when_there_is_none(string path, string found)
    {
        var fault = Assert.Throws<VectorFileException>(() => Scenarios.Conformance.Conformance.Run(path));

        Assert.Equal((path, 0, $"{path}: {found}; expected a vector file"), (fault.Path, fault.Line, fault.Message));
    }
}
