using System.Reflection;
using DmaGrains.ClusterClient;
using DmaGrains.Interfaces;
using Orleans.Serialization.Invocation;

namespace DmaGrains.Silo.Tests.ClusterClient;

public class ResendingTests
{
    private static DmaGrainsClientOptions AtOnce => new() { RetryDelay = TimeSpan.Zero };

    // Orleans says so of a call between grains that waited for a silo too long.
    [Fact]
    public async Task What_the_cluster_cancelled_is_sent_again()
    {
        var (context, call) = CallOf(typeof(IDmaBufferGrain), sent => sent == 1 ? new OperationCanceledException("expired") : null);
        var resending = new Resending(AtOnce, TestContext.Current.CancellationToken);

        await resending.Invoke(context);

        Assert.Equal((2, 1UL), (call.Sent, resending.Count));
    }

    [Fact]
    public async Task What_is_no_fault_of_the_cluster_is_not_sent_again()
    {
        var (context, call) = CallOf(typeof(IDmaBufferGrain), _ => new InvalidOperationException("a bug"));

        await Assert.ThrowsAsync<InvalidOperationException>(() => new Resending(AtOnce, TestContext.Current.CancellationToken).Invoke(context));

        Assert.Equal(1, call.Sent);
    }

    [Fact]
    public async Task Grains_that_are_not_ours_are_called_once()
    {
        var (context, call) = CallOf(typeof(IForeignGrain), _ => new TimeoutException("late"));

        await Assert.ThrowsAsync<TimeoutException>(() => new Resending(AtOnce, TestContext.Current.CancellationToken).Invoke(context));

        Assert.Equal(1, call.Sent);
    }

    [Theory]
    [InlineData(0, "no reply from a:1,b:2 to 1 attempt (the reply was late): it may have happened or not; send it again.")]
    [InlineData(1, "no reply from a:1,b:2 to 2 attempts (the reply was late): it may have happened or not; send it again.")]
    [InlineData(2, "no reply from a:1,b:2 to 3 attempts (the reply was late): it may have happened or not; send it again.")]
    public async Task As_many_attempts_are_made_as_options_say(int retries, string message)
    {
        var (context, call) = CallOf(typeof(IDmaBufferGrain), _ => new TimeoutException("late"));
        var options = new DmaGrainsClientOptions { Retries = retries, RetryDelay = TimeSpan.Zero, Gateways = { "a:1", "b:2" } };

        var trouble = await Assert.ThrowsAsync<NoReplyException>(() => new Resending(options, TestContext.Current.CancellationToken).Invoke(context));

        Assert.Equal((retries + 1, message), (call.Sent, trouble.Message));
    }

    [Fact]
    public async Task Cancelled_by_its_caller_a_call_is_not_sent_again()
    {
        using var caller = new CancellationTokenSource();
        var (context, call) = CallOf(
            typeof(IDmaBufferGrain),
            _ =>
            {
                caller.Cancel();
                return new TimeoutException("late");
            });
        ((Request)(object)call.Request!).Cancellation = caller.Token;

        await Assert.ThrowsAsync<OperationCanceledException>(
            () => new Resending(new DmaGrainsClientOptions { RetryDelay = TimeSpan.FromDays(1) }, TestContext.Current.CancellationToken).Invoke(context));

        Assert.Equal(1, call.Sent);
    }

    private static (IOutgoingGrainCallContext Context, FailingCall Call) CallOf(Type type, Func<int, Exception?> trouble)
    {
        var context = DispatchProxy.Create<IOutgoingGrainCallContext, FailingCall>();
        var call = (FailingCall)(object)context;
        var request = DispatchProxy.Create<IInvokable, Request>();
        ((Request)(object)request).Type = type;
        call.Request = request;
        call.Trouble = trouble;
        return (context, call);
    }

    /// <summary>A grain of somebody else.</summary>
    [Alias("test.foreign")]
    public interface IForeignGrain : IGrainWithStringKey;

    /// <summary>A call that fails as it is told.</summary>
    public class FailingCall : DispatchProxy
    {
        /// <summary>How often it was sent.</summary>
        public int Sent { get; private set; }

        /// <summary>What is called.</summary>
        public IInvokable? Request { get; set; }

        /// <summary>What goes wrong the n-th time.</summary>
        public Func<int, Exception?> Trouble { get; set; } = _ => null;

        /// <inheritdoc/>
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Name switch
        {
            nameof(IGrainCallContext.Invoke) => Trouble(++Sent) is { } trouble ? Task.FromException(trouble) : Task.CompletedTask,
            "get_Request" => Request,
            _ => null,
        };
    }

    /// <summary>What is called.</summary>
    public class Request : DispatchProxy
    {
        /// <summary>The grain's interface.</summary>
        public Type? Type { get; set; }

        /// <summary>The caller's token.</summary>
        public CancellationToken Cancellation { get; set; }

        /// <inheritdoc/>
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Name switch
        {
            nameof(IInvokable.GetInterfaceType) => Type,
            nameof(IInvokable.GetCancellationToken) => Cancellation,
            _ => null,
        };
    }
}
