using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Policies;
using DmaGrains.Scenarios.Files;
using DmaGrains.Tests.Shared;

namespace DmaGrains.Scenarios.Tests.Files;

public class ScenarioFileTests
{
    private const string Verbs = "attach, map, unmap, flush, sync-for-device, sync-for-cpu, detach, test-map, get-scatterlist, put-scatterlist, get-pfns, put-pfns, map-scatterlist, map-pfns,"
        + " begin-cpu-access, end-cpu-access, cpu-access, switch-context, set-parameters, recalculate, release or revoke";

    private const string Outcomes = "ok, EPERM, ENOENT, EIO, EBADF, EAGAIN, ENOMEM, EBUSY, EEXIST, ENODEV, EINVAL, ENOSPC,"
        + " EOPNOTSUPP, ESTALE or EREMOTEIO";

    private const string Valid = """
        name: sample
        shows: How a scenario is read.
        board: raspberry-pi-4
        getters: direct
        buffers:
          - {name: frame, size: 1920x1080x4, exporter: v3d}
          - {name: page, size: 0x1000}
        importers:
          - name: gpu
            device: v3d
            steps:
              - attach frame
              - map frame to-device
              - {map: frame, direction: from-device, expect: ok}
              - {detach: frame, expect: EBUSY}
          - name: app
            steps: [release page]
        order: [gpu, app, gpu, gpu, gpu]

        """;

    [Fact]
    public void Read_gives_what_the_file_says()
    {
        var scenario = Read(Valid);

        Assert.Equal(("sample", "How a scenario is read."), (scenario.Name, scenario.Shows));
        Assert.Equal("raspberry-pi-4", scenario.Board.Name);
        Assert.Equal(
            [
                new BufferExport("frame", 8294400, "v3d", ParameterDefaults.Direct),
                new BufferExport("page", 4096, null, ParameterDefaults.Direct),
            ],
            scenario.Buffers);
        Assert.Equal(["gpu", "app"], scenario.Importers.Select(importer => importer.Name));
        Assert.Equal(["v3d", null], scenario.Importers.Select(importer => importer.Device));
        Assert.Equal(
            [
                new(StepKind.Attach, "frame", DmaDirection.Bidirectional, null, false, 12),
                new(StepKind.Map, "frame", DmaDirection.ToDevice, null, false, 13),
                new(StepKind.Map, "frame", DmaDirection.FromDevice, null, true, 14),
                new(StepKind.Detach, "frame", DmaDirection.Bidirectional, Errno.EBUSY, true, 15),
            ],
            scenario.Importers[0].Steps);
        Assert.Equal(
            [new(StepKind.Release, "page", DmaDirection.Bidirectional, null, false, 17)], scenario.Importers[1].Steps);
        Assert.Equal([0, 1, 0, 0, 0], scenario.Order);
    }

    [Fact]
    public void Read_plays_one_step_each_in_turn_when_no_order_is_given()
    {
        var scenario = Read(Valid.With("order: [gpu, app, gpu, gpu, gpu]", ""));

        Assert.Equal([0, 1, 0, 0, 0], scenario.Order);
    }

    [Theory]
    [InlineData("map", DmaDirection.Bidirectional)]
    [InlineData("map to-device", DmaDirection.ToDevice)]
    [InlineData("map frame", DmaDirection.Bidirectional)]
    [InlineData("map  frame  from-device", DmaDirection.FromDevice)]
    [InlineData("{map: , direction: from-device}", DmaDirection.FromDevice)]
    [InlineData("{map: frame}", DmaDirection.Bidirectional)]
    public void Read_takes_the_only_buffer_when_a_step_names_none(string step, DmaDirection direction)
    {
        var scenario = Read(Valid
            .With("  - {name: page, size: 0x1000}\n", "")
            .With("release page", "release")
            .With("map frame to-device", step));

        Assert.Equal(new(StepKind.Map, "frame", direction, null, false, 12), scenario.Importers[0].Steps[1]);
        Assert.Equal("frame", scenario.Importers[1].Steps[0].Buffer);
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("getters: v6.1", ParameterDefaults.V61)]
    [InlineData("getters: rfcv3", ParameterDefaults.RfcV3)]
    public void Read_reads_the_getters(string line, ParameterDefaults? expected) =>
        Assert.Equal(expected, Read(Valid.With("getters: direct", line)).Buffers[0].Getters);

    [Fact]
    public void Read_finds_a_board_by_its_path_from_the_scenario()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var scenario = Path.Combine(folder.FullName, "scenario.yaml");
            File.Copy(ShippedFiles.Board("juno"), Path.Combine(folder.FullName, "mine.yaml"));
            File.WriteAllText(scenario, Valid
                .With("board: raspberry-pi-4", "board: mine.yaml")
                .With("v3d", "panfrost"));

            Assert.Equal("juno", ScenarioFile.Read(scenario).Board.Name);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData(
        "name: sample", "nam: sample",
        "1:1: the file has the unknown key 'nam' (did you mean 'name'?); "
            + "expected name, shows, board, getters, policy, buffers, importers or order")]
    [InlineData("name: sample", "", "2:1: the file has no key 'name'; expected that key")]
    [InlineData("name: sample", "name: [sample]", "1:7: name is a list; expected a name")]
    [InlineData(
        "name: sample", "name: two words",
        "1:7: name is text 'two words'; "
            + "expected 1 to 63 of a-z, A-Z, 0-9, '.', '_', '-', '#', '@', ',', starting with a letter or digit")]
    [InlineData("name: sample", "name:", "1:6: name is nothing; expected a name")]
    [InlineData(
        "name: sample", "name: sample\nname: again",
        "2:1: the file has the key 'name' twice, first on line 1; expected each key once")]
    [InlineData(
        "shows: How a scenario is read.", "shows: \"\\e[31mred\"",
        "2:8: shows is text '\\u001b[31mred'; expected one line of text")]
    [InlineData("shows: How a scenario is read.", "shows: ''", "2:8: shows is text ''; expected one line of text")]
    [InlineData(
        "board: raspberry-pi-4", "board: ../nowhere.yaml",
        "3:8: board is text '../nowhere.yaml'; expected a board's file, named from the scenario's folder")]
    [InlineData("board: raspberry-pi-4", "board: \"a\\0b/c\"", "3:8: board is text 'a\\u0000b/c'; expected one line of text")]
    [InlineData("getters: direct", "policy: hope", "4:9: policy is text 'hope'; expected refuse, deny-after-map, resplit, migrate, accept,"
        + " flags, size-only, count-only, own-lists, translated, first-attach, first-attach-migrate, at-export, shared-list,"
        + " own-addresses, mainline, mainline-bouncing or as-posted")]
    [InlineData("getters: direct", "policy: [refuse]", "4:9: policy is a list; expected a named policy or a mapping of choices")]
    [InlineData("getters: direct", "policy: {late_attach: hope}", "4:23: late_attach is text 'hope'; expected refuse, refuse-any, resplit, migrate or accept")]
    [InlineData("getters: direct", "getters: v6", "4:10: getters is text 'v6'; expected v6.1, rfcv3 or direct")]
    [InlineData("getters: direct", "getters: {v6: 1}", "4:10: getters is a mapping; expected v6.1, rfcv3 or direct")]
    [InlineData(
        "size: 0x1000", "size: 0",
        "7:24: size is text '0'; expected 1 to 9223372036854775807, such as 4096, 0x1000, 64KiB or 1920x1080x4")]
    [InlineData(
        "size: 0x1000", "size: -1",
        "7:24: size is text '-1'; expected 1 to 9223372036854775807, such as 4096, 0x1000, 64KiB or 1920x1080x4")]
    [InlineData(
        "size: 0x1000", "size: 9223372036854775808",
        "7:24: size is text '9223372036854775808'; "
            + "expected 1 to 9223372036854775807, such as 4096, 0x1000, 64KiB or 1920x1080x4")]
    [InlineData(
        "size: 0x1000", "size: [4096]",
        "7:24: size is a list; expected 1 to 9223372036854775807, such as 4096, 0x1000, 64KiB or 1920x1080x4")]
    [InlineData(
        "size: 0x1000", "sise: 0x1000",
        "7:18: an entry of buffers has the unknown key 'sise' (did you mean 'size'?); expected name, size, exporter, policy, memory or lines")]
    [InlineData("page, size: 0x1000", "page", "7:5: an entry of buffers has no key 'size'; expected that key")]
    [InlineData("{name: page, size: 0x1000}", "page", "7:5: an entry of buffers is text 'page'; expected a mapping")]
    [InlineData(
        "{name: page, size: 0x1000}", "{name: frame, size: 1}",
        "7:12: two buffers are named frame; expected a different name for each")]
    [InlineData(
        "{name: page, size: 0x1000}", "{name: to-device, size: 1}",
        "7:12: a buffer is named to-device; expected a name that is not a direction")]
    [InlineData(
        "exporter: v3d", "exporter: v4d",
        "6:48: the board has no device v4d (did you mean v3d?); expected v3d, vc4, unicam, bcm2835-dma or sdhci")]
    [InlineData(
        "device: v3d", "device: gpu",
        "10:13: the board has no device gpu; expected v3d, vc4, unicam, bcm2835-dma or sdhci")]
    [InlineData(
        "    device: v3d\n", "",
        "11:9: gpu has no device and cannot attach; "
            + "expected a device for it, or begin-cpu-access, end-cpu-access, cpu-access, recalculate, release or revoke")]
    [InlineData("name: app", "name: gpu", "16:11: two importers are named gpu; expected a different name for each")]
    [InlineData(
        "steps: [release page]", "steps: []",
        "17:12: steps is an empty list; expected a list with at least one entry")]
    [InlineData(
        "steps: [release page]", "steps: release page",
        "17:12: steps is text 'release page'; expected a list with at least one entry")]
    [InlineData(
        "steps: [release page]", "steps: [release]",
        "17:13: release names none of several buffers; expected frame or page")]
    [InlineData(
        "steps: [release page]", "steps: [{release: }]",
        "17:14: release names none of several buffers; expected frame or page")]
    [InlineData(
        "steps: [release page]", "steps: [release pag]",
        "17:13: there is no buffer 'pag'; expected frame or page")]
    [InlineData(
        "steps: [release page]", "steps: [free page]",
        "17:13: an entry of steps is text 'free page'; "
            + $"expected a step that starts with {Verbs}")]
    [InlineData(
        "steps: [release page]", "steps: [release page now]",
        "17:13: an entry of steps is text 'release page now'; expected 'release BUFFER'")]
    [InlineData(
        "steps: [release page]", "steps: [[release, page]]",
        "17:13: an entry of steps is a list; "
            + "expected words such as 'map frame to-device', or a mapping such as {map: frame, expect: EBUSY}")]
    [InlineData(
        "steps: [release page]", "steps: [~]",
        "17:13: an entry of steps is nothing; "
            + "expected words such as 'map frame to-device', or a mapping such as {map: frame, expect: EBUSY}")]
    [InlineData(
        "map frame to-device", "map frame up",
        "13:9: an entry of steps is text 'map frame up'; "
            + "expected 'map BUFFER DIRECTION', the direction to-device, from-device or bidirectional")]
    [InlineData(
        "map frame to-device", "map to-device frame",
        "13:9: an entry of steps is text 'map to-device frame'; "
            + "expected 'map BUFFER DIRECTION', the direction to-device, from-device or bidirectional")]
    [InlineData(
        "{detach: frame, expect: EBUSY}", "{expect: EBUSY}",
        $"15:9: a step has 0 verbs; expected one of {Verbs}")]
    [InlineData(
        "{detach: frame, expect: EBUSY}", "{attach: frame, detach: frame}",
        $"15:9: a step has 2 verbs; expected one of {Verbs}")]
    [InlineData(
        "{detach: frame, expect: EBUSY}", "{detach: frame, expect: 16}",
        "15:33: expect is text '16'; "
            + $"expected {Outcomes}")]
    [InlineData(
        "{detach: frame, expect: EBUSY}", "{detach: frame, expect: ENOTTY}",
        "15:33: expect is text 'ENOTTY'; "
            + $"expected {Outcomes}")]
    [InlineData(
        "{detach: frame, expect: EBUSY}", "{detach: frame, direction: to-device}",
        "15:36: detach has the key 'direction'; expected that key only with map, test-map, map-scatterlist, map-pfns, begin-cpu-access or cpu-access")]
    [InlineData("{detach: frame, expect: EBUSY}", "{detach: [frame]}", "15:18: detach is a list; expected a name")]
    [InlineData(
        "from-device", "sideways",
        "14:33: direction is text 'sideways'; expected to-device, from-device or bidirectional")]
    [InlineData(
        "order: [gpu, app, gpu, gpu, gpu]", "order: [gpu, app, gpu, gpu]",
        "18:8: order names gpu 3 times; expected 4, one for each of its steps")]
    [InlineData(
        "order: [gpu, app, gpu, gpu, gpu]", "order: [gpu, cpu]",
        "18:14: an entry of order is text 'cpu' (did you mean gpu?); expected gpu or app")]
    [InlineData(
        "order: [gpu, app, gpu, gpu, gpu]", "order: 5",
        "18:8: order is text '5'; expected a list with at least one entry")]
    [InlineData(
        "order: [gpu, app, gpu, gpu, gpu]", "---\nname: other",
        "18:1: a second document starts; expected one document")]
    [InlineData("order: [gpu, app, gpu, gpu, gpu]", "\torder: [gpu]", "18:1: a tab indents this line; expected spaces")]
    [InlineData(
        "order: [gpu, app, gpu, gpu, gpu]", "order: [gpu, app",
        "19:1: malformed YAML (While parsing a flow sequence, did not find expected ',' or ']'); "
            + "expected YAML 1.2")]
    [InlineData(
        "order: [gpu, app, gpu, gpu, gpu]", "order:\n\t- gpu",
        "19:1: a tab indents this line; expected spaces")]
    [InlineData(
        "order: [gpu, app, gpu, gpu, gpu]", "order: \"gpu",
        "19:1: malformed YAML (While scanning a quoted scalar, found unexpected end of stream); "
            + "expected YAML 1.2")]
    [InlineData(
        "order: [gpu, app, gpu, gpu, gpu]", "order gpu",
        "18:10: malformed YAML (While parsing a block mapping, did not find expected key); expected YAML 1.2")]
    [InlineData(
        "order: [gpu, app, gpu, gpu, gpu]", " order: [gpu]",
        "18:2: malformed YAML (While parsing a block mapping, did not find expected key); expected YAML 1.2")]
    [InlineData(
        "order: [gpu, app, gpu, gpu, gpu]", "order: @gpu",
        "18:9: malformed YAML (While scanning for the next token, found character that cannot start any token); "
            + "expected YAML 1.2")]
    [InlineData(
        "order: [gpu, app, gpu, gpu, gpu]", "order: a: b",
        "18:9: malformed YAML (While scanning a plain scalar value, found invalid mapping); expected YAML 1.2")]
    [InlineData(
        "[release page]", "&a [release page]",
        "17:12: there is an anchor or alias; expected the value itself")]
    [InlineData("[release page]", "*a", "17:12: there is an anchor or alias; expected the value itself")]
    [InlineData("[release page]", "!!seq [release page]", "17:12: there is a tag; expected the value alone")]
    [InlineData("importers:", "? [a]\n: 1\nimporters:", "8:3: a key of the file is a list; expected text")]
    public void Read_says_where_and_what_is_wrong(string right, string wrong, string expected)
    {
        var exception = Refused(Valid.With(right, wrong));

        Assert.Equal($"{exception.File}:{expected}", exception.Message);
    }

    [Theory]
    [InlineData("test-map frame", StepKind.TestMap, DmaDirection.Bidirectional)]
    [InlineData("test-map frame to-device", StepKind.TestMap, DmaDirection.ToDevice)]
    [InlineData("{test-map: frame, direction: to-device}", StepKind.TestMap, DmaDirection.ToDevice)]
    [InlineData("get-scatterlist frame", StepKind.GetScatterlist, DmaDirection.Bidirectional)]
    [InlineData("{get-scatterlist: frame}", StepKind.GetScatterlist, DmaDirection.Bidirectional)]
    [InlineData("put-scatterlist frame", StepKind.PutScatterlist, DmaDirection.Bidirectional)]
    [InlineData("{put-scatterlist: frame}", StepKind.PutScatterlist, DmaDirection.Bidirectional)]
    [InlineData("get-pfns frame", StepKind.GetPfns, DmaDirection.Bidirectional)]
    [InlineData("{get-pfns: frame}", StepKind.GetPfns, DmaDirection.Bidirectional)]
    [InlineData("put-pfns frame", StepKind.PutPfns, DmaDirection.Bidirectional)]
    [InlineData("{put-pfns: frame}", StepKind.PutPfns, DmaDirection.Bidirectional)]
    [InlineData("map-scatterlist frame to-device", StepKind.MapScatterlist, DmaDirection.ToDevice)]
    [InlineData("{map-scatterlist: frame, direction: to-device}", StepKind.MapScatterlist, DmaDirection.ToDevice)]
    [InlineData("map-pfns frame", StepKind.MapPfns, DmaDirection.Bidirectional)]
    [InlineData("{map-pfns: frame}", StepKind.MapPfns, DmaDirection.Bidirectional)]
    [InlineData("begin-cpu-access frame from-device", StepKind.BeginCpuAccess, DmaDirection.FromDevice)]
    [InlineData("{begin-cpu-access: frame, direction: from-device}", StepKind.BeginCpuAccess, DmaDirection.FromDevice)]
    [InlineData("end-cpu-access frame", StepKind.EndCpuAccess, DmaDirection.Bidirectional)]
    [InlineData("{end-cpu-access: frame}", StepKind.EndCpuAccess, DmaDirection.Bidirectional)]
    [InlineData("cpu-access frame", StepKind.CpuAccess, DmaDirection.Bidirectional)]
    [InlineData("{cpu-access: frame, direction: to-device}", StepKind.CpuAccess, DmaDirection.ToDevice)]
    [InlineData("flush frame", StepKind.Flush, DmaDirection.Bidirectional)]
    [InlineData("{flush: frame}", StepKind.Flush, DmaDirection.Bidirectional)]
    [InlineData("sync-for-device frame", StepKind.SyncForDevice, DmaDirection.Bidirectional)]
    [InlineData("{sync-for-device: frame}", StepKind.SyncForDevice, DmaDirection.Bidirectional)]
    [InlineData("sync-for-cpu frame", StepKind.SyncForCpu, DmaDirection.Bidirectional)]
    [InlineData("{sync-for-cpu: frame}", StepKind.SyncForCpu, DmaDirection.Bidirectional)]
    [InlineData("revoke frame", StepKind.Revoke, DmaDirection.Bidirectional)]
    [InlineData("recalculate frame", StepKind.Recalculate, DmaDirection.Bidirectional)]
    [InlineData("{recalculate: frame}", StepKind.Recalculate, DmaDirection.Bidirectional)]
    [InlineData("{revoke: frame}", StepKind.Revoke, DmaDirection.Bidirectional)]
    public void Read_takes_every_verb_short_and_long(string step, StepKind kind, DmaDirection direction) => Assert.Equal(
        new(kind, "frame", direction, null, false, 13),
        Read(Valid.With("map frame to-device", step)).Importers[0].Steps[1]);

    [Theory]
    [InlineData("switch-context 3", null, false)]
    [InlineData("{switch-context: 3}", null, false)]
    [InlineData("{switch-context: 3, expect: EINVAL}", Errno.EINVAL, true)]
    public void Read_takes_a_context_in_place_of_a_buffer(string step, Errno? expected, bool hasExpectation) => Assert.Equal(
        new(StepKind.SwitchContext, "", DmaDirection.Bidirectional, expected, hasExpectation, 13) { Context = 3 },
        Read(Valid.With("map frame to-device", step)).Importers[0].Steps[1]);

    [Fact]
    public void Read_takes_what_a_driver_comes_to_declare() => Assert.Equal(
        new DeviceDmaParameters(4096, 0, 0xffff),
        Read(Valid.With("map frame to-device", "{set-parameters: {max_segment_size: 4KiB, segment_boundary_mask: 0xffff}}"))
            .Importers[0].Steps[1].Parameters);

    [Fact]
    public void Read_takes_the_options_of_a_map() => Assert.Equal(
        MapOptions.NoBounce | MapOptions.OwnSpace,
        Read(Valid.With("expect: ok", "options: [own-space, no-bounce]")).Importers[0].Steps[2].Options);

    [Fact]
    public void Read_takes_the_options_of_a_test_map() => Assert.Equal(
        new(StepKind.TestMap, "frame", DmaDirection.ToDevice, null, false, 13) { Options = MapOptions.NoBounce },
        Read(Valid.With("map frame to-device", "{test-map: frame, direction: to-device, options: [no-bounce]}")).Importers[0].Steps[1]);

    [Fact]
    public void Read_takes_CPU_access_of_an_importer_without_a_device() => Assert.Equal(
        [StepKind.BeginCpuAccess, StepKind.CpuAccess, StepKind.EndCpuAccess],
        Read(Valid
            .With("[release page]", "[begin-cpu-access page, cpu-access page, end-cpu-access page]")
            .With("order: [gpu, app, gpu, gpu, gpu]", ""))
            .Importers[1].Steps.Select(step => step.Kind));

    [Fact]
    public void Read_gives_what_a_file_with_every_key_says()
    {
        var scenario = ReadEveryKey(EveryKey.Scenario);

        Assert.Equal(new VideoLines(720, 2560, 2560), scenario.Buffers[0].Lines);
        Assert.Equal(
            new ExporterPolicy { Constraints = ConstraintModel.Translated, Lists = ListSharing.Own, Bouncing = true, Getters = ParameterDefaults.V61, AttachTest = AttachTest.MapWithoutCopy },
            scenario.Buffers[0].Policy);
        Assert.Equal([default, new("secure"), new("cma", "ram")], scenario.Buffers.Select(buffer => buffer.Memory));
        Assert.Equal(Enum.GetValues<StepKind>(), scenario.Importers.SelectMany(importer => importer.Steps).Select(step => step.Kind).Distinct().Order());
        Assert.Equal(
            MapOptions.NoBounce | MapOptions.RequireCoherent | MapOptions.DeferFlush | MapOptions.OwnSpace,
            scenario.Importers[0].Steps[3].Options);
    }

    [Fact]
    public void Read_lets_lines_follow_each_other_when_no_stride_is_given() => Assert.Equal(
        new VideoLines(720, 2560, 2560, 0),
        ReadEveryKey(EveryKey.Scenario.With(", stride: 2560, offset: 0", "")).Buffers[0].Lines);

    [Theory]
    [InlineData(
        "memory: secure", "memory: safe",
        "8:38: the board has no region safe; expected ram, cma, splash, video, taken, secure or pool")]
    [InlineData("memory: [cma, ram]", "memory: [cma, cma]", "9:46: memory names cma twice; expected each name once")]
    [InlineData("memory: [cma, ram]", "memory: []", "9:40: memory is an empty list; expected a list with at least one entry")]
    [InlineData("memory: [cma, ram]", "memory: {a: b}", "9:40: memory is a mapping; expected a name or a list of names")]
    [InlineData(
        "memory: secure", "memory: pool",
        "8:38: Region pool is the bounce pool; no buffer is allocated from it; expected a buffer that can exist")]
    [InlineData("exporter: gpu", "exporter: display", "7:47: display only imports buffers; expected another exporter, or a heap")]
    [InlineData(
        "height: 720", "height: 721",
        "7:59: The lines of frame end at byte 1845760; it has 1843200; expected a buffer that can exist")]
    [InlineData("height: 720", "height: 0", "7:68: height is text '0'; expected a number from 1 to 4294967295")]
    [InlineData("height: 720, ", "", "7:59: lines has no key 'height'; expected that key")]
    [InlineData(
        "stride: 2560", "stride: 2559",
        "7:103: stride is text '2559'; expected 2560 to 4294967295, such as 4096, 0x1000, 64KiB or 1920x1080x4")]
    [InlineData("offset: 0", "start: 0", "7:109: lines has the unknown key 'start'; expected height, bytes_per_line, stride or offset")]
    [InlineData(
        "constraints: translated", "constraints: some",
        "5:23: constraints is text 'some'; expected rfc3, flags, none, translated, size-only, count-only or posted")]
    [InlineData("lists: own", "lists: none", "5:86: lists is text 'none'; expected per-map, per-attachment, shared, own or exporter")]
    [InlineData("attach_test: no-bounce", "attach_test: hope", "5:253: attach_test is text 'hope'; expected none, map or no-bounce")]
    [InlineData("bouncing: true", "bouncing: yes", "5:101: bouncing is text 'yes'; expected true or false")]
    [InlineData(
        "[no-bounce, require-coherent", "[no-copy, require-coherent",
        "17:54: an entry of options is text 'no-copy'; expected no-bounce, require-coherent, defer-flush or own-space")]
    [InlineData(
        "[no-bounce, require-coherent", "[no-bounce, no-bounce",
        "17:65: options name no-bounce twice; expected each option once")]
    [InlineData("options: [no-bounce, require-coherent, defer-flush, own-space]", "options: no-bounce",
        "17:53: options is text 'no-bounce'; expected a list with at least one entry")]
    [InlineData("{unmap: frame}", "{unmap: frame, options: [no-bounce]}", "27:33: unmap has the key 'options'; expected that key only with map, test-map, map-scatterlist or map-pfns")]
    [InlineData("switch-context 1", "switch-context", "23:9: an entry of steps is text 'switch-context'; "
        + "expected 'switch-context CONTEXT', the context a number from 0")]
    [InlineData("switch-context 1", "switch-context frame", "23:9: an entry of steps is text 'switch-context frame'; "
        + "expected 'switch-context CONTEXT', the context a number from 0")]
    [InlineData("switch-context 1", "switch-context 4294967296", "23:9: an entry of steps is text 'switch-context 4294967296'; "
        + "expected 'switch-context CONTEXT', the context a number from 0")]
    [InlineData("switch-context 1", "set-parameters 4096", "23:9: an entry of steps is text 'set-parameters 4096'; "
        + "expected '{set-parameters: {max_segment_size: 65536}}'")]
    [InlineData("segment_boundary_mask: 0xffff}", "segment_boundary_mask: 0xf0ff}", "25:97: set-parameters: segment boundary mask 0xf0ff has holes; "
        + "expected 0 (unset) or 2^k-1")]
    [InlineData("max_segment_count: 64,", "count: 64,", "25:51: set-parameters has the unknown key 'count'; "
        + "expected max_segment_size, max_segment_count or segment_boundary_mask")]
    [InlineData("{switch-context: 4,", "{switch-context: frame,", "24:26: switch-context is text 'frame'; expected a number from 0 to 4294967295")]
    [InlineData("revoke either", "switch-context 1", "38:9: app has no device and cannot switch-context; "
        + "expected a device for it, or begin-cpu-access, end-cpu-access, cpu-access, recalculate, release or revoke")]
    [InlineData("end-cpu-access frame", "end-cpu-access frame to-device",
        "36:9: an entry of steps is text 'end-cpu-access frame to-device'; expected 'end-cpu-access BUFFER'")]
    [InlineData("cpu-access frame to-device\n      - end", "cpu-access frame up\n      - end",
        "35:9: an entry of steps is text 'cpu-access frame up'; "
            + "expected 'cpu-access BUFFER DIRECTION', the direction to-device, from-device or bidirectional")]
    public void Read_says_where_and_what_is_wrong_with_newer_keys(string right, string wrong, string expected)
    {
        var exception = Assert.Throws<FileFormatException>(() => ReadEveryKey(EveryKey.Scenario.With(right, wrong)));

        Assert.Equal($"{exception.File}:{expected}", exception.Message);
    }

    [Fact]
    public void Read_names_the_boards_that_come_with_it_when_a_name_is_none_of_them()
    {
        var exception = Refused(Valid.With("board: raspberry-pi-4", "board: raspberry-pi-5"));

        Assert.Contains(":3:8: board is text 'raspberry-pi-5'; ", exception.Message, StringComparison.Ordinal);
        Assert.Contains("raspberry-pi-4, raspberry-pi-4-aged", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_says_where_a_board_is_wrong_when_the_scenario_is_right()
    {
        using var board = new TemporaryFile("name: empty\n");

        var exception = Refused(Valid.With("board: raspberry-pi-4", $"board: {board.Path}"));

        Assert.Equal($"{board.Path}:1:1: the file has no key 'title'; expected that key", exception.Message);
    }

    private static Scenario ReadEveryKey(string text)
    {
        using var board = new TemporaryFile(EveryKey.Board);
        return Read(text.With("BOARD", board.Path));
    }

    private static FileFormatException Refused(string text) => Assert.Throws<FileFormatException>(() => Read(text));

    private static Scenario Read(string text)
    {
        using var file = new TemporaryFile(text);
        return ScenarioFile.Read(file.Path);
    }
}
