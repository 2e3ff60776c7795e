using CsCheck;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Tests.Boards;
using DmaGrains.Tests.Shared;
using static DmaGrains.Model.Tests.Boards.SmallBoard;

namespace DmaGrains.Model.Tests.Buffers;

/// <summary>What commands ask: each thing once, nothing in vain, and nothing beyond what is said of them.</summary>
public sealed class CommandStepTests
{
    [Fact]
    public void Every_question_is_asked_once_and_memory_before_MMUs() =>
        Gen.Select(_command.Array[1, 30], RandomPolicies.Any).Sample((history, policy) =>
        {
            var board = MappedBoard.Create().Export(new(Frame, 300_000) { Policy = policy }).Next;
            foreach (var command in history)
            {
                var asked = QuestionsOf(board, board.FrameOf().Begin(command));

                Assert.Equal(asked.Distinct(), asked);
                Assert.Equal(asked.Where(Orders.ContainsKey).OrderBy(kind => Orders[kind]), asked.Where(Orders.ContainsKey));
                board = board.Execute(Frame, command).Next;
            }
        }, iter: 300);

    [Fact]
    public void A_command_that_the_buffer_alone_decides_asks_nothing()
    {
        var attached = With(4096).After(Attach("gpu"), Map("gpu")).FrameOf();

        Assert.Null(attached.Begin(Attach("gpu")).Question);
        Assert.Null(attached.Begin(new DmaCommand.Attach("other", "no name")).Question);
        Assert.Null(attached.Begin(new DmaCommand.Attach("no name", "display")).Question);
        Assert.Null(attached.Begin(Map("gpu")).Question);
        Assert.Null(attached.Begin(Map("ghost")).Question);
        Assert.Null(attached.Begin(Detach("gpu")).Question);
        Assert.Null(attached.Begin(Unmap("gpu")).Question);
        Assert.Null(With(1).After(new DmaCommand.Release()).FrameOf().Begin(Attach("gpu")).Question);
        Assert.IsType<CommandQuestion.NeedsDevice>(attached.Begin(Attach("display")).Question);
    }

    [Fact]
    public void A_step_that_asks_is_not_decided()
    {
        var step = With(4096).FrameOf().Begin(Attach("gpu"));

        var fault = Assert.Throws<InvalidOperationException>(() => step.Decided);

        Assert.Contains("Device", fault.Message);
    }

    [Fact]
    public void A_map_that_is_tried_asks_for_trials_and_leaves_the_buffer_as_it_is()
    {
        var frame = With(4096).After(Attach("gpu")).FrameOf();

        var step = frame.BeginTestMap("gpu", DmaDirection.ToDevice);

        var ask = Assert.IsType<CommandQuestion.NeedsMemory>(step.Question);
        Assert.True(ask.IsTrial);
        var decided = ask.Answer(With(4096).Memory.Allocate(ask.Request).Reply).Decided;
        Assert.Same(frame, decided.Next);
        Assert.False(decided.ChangesState);
        Assert.True(decided.Reply.IsGranted);
    }

    private static readonly Gen<DmaCommand> _command = Gen.Select(
        Gen.Int[0, 6], Gen.OneOf("gpu", "vop", "isp", "stacked", "low", "wide"), DmaCommand (what, device) => what switch
        {
            0 or 1 => Attach(device),
            2 or 3 => Map(device),
            4 => Unmap(device),
            5 => Detach(device),
            _ => new DmaCommand.Release(),
        });

    private static Dictionary<QuestionKinds, int> Orders { get; } = new()
    {
        [QuestionKinds.MemoryTrial] = 0,
        [QuestionKinds.TranslationTrial] = 1,
        [QuestionKinds.Memory] = 2,
        [QuestionKinds.Translation] = 3,
    };

    private static List<QuestionKinds> QuestionsOf(Board board, CommandStep step)
    {
        var asked = new List<QuestionKinds>();
        while (step.Question is { } question)
        {
            asked.Add(question.Kind);
            step = question switch
            {
                CommandQuestion.NeedsDevice ask => ask.Answer(board.Device(ask.Name)),
                CommandQuestion.NeedsDevices ask => ask.Answer(ask.Names.Select(name => board.Device(name)!).ToDictionary(device => device.Name)),
                CommandQuestion.NeedsMemory ask => ask.Answer(board.Memory.Allocate(ask.Request).Reply),
                CommandQuestion.NeedsTranslation ask => ask.Answer(board.Translation.Map(ask.Request).Reply),
                CommandQuestion.NeedsContext ask => ask.Answer(board.Translation.CheckUnmap(ask.Token)),
                _ => throw new NotSupportedException(),
            };
        }

        return asked;
    }
}
