using System.Reflection;
using DmaGrains.Client.Live;

namespace DmaGrains.Client.Tests;

public class ResendingTests
{
    [Fact]
    public async Task Who_gives_up_does_not_wait_for_a_reply()
    {
        using var giveUp = new CancellationTokenSource();
        var call = DispatchProxy.Create<IOutgoingGrainCallContext, WithoutReply>();

        var sent = new Resending("a silo", giveUp.Token).Invoke(call);
        Assert.False(sent.IsCompleted);
        await giveUp.CancelAsync();

        await Assert.ThrowsAsync<TaskCanceledException>(() => sent);
        Assert.Equal(1, ((WithoutReply)(object)call).Sent);
    }

    // Orleans says so of a call between grains that waited for a silo too long.
    [Fact]
    public async Task What_the_cluster_cancelled_is_sent_again()
    {
        var call = DispatchProxy.Create<IOutgoingGrainCallContext, CancelledOnce>();

        await new Resending("a silo", CancellationToken.None).Invoke(call);

        Assert.Equal(2, ((CancelledOnce)(object)call).Sent);
    }

    /// <summary>A call that expires on its way, the first time.</summary>
    public class CancelledOnce : DispatchProxy
    {
        /// <summary>How often it was sent.</summary>
        public int Sent { get; private set; }

        /// <inheritdoc/>
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Name switch
        {
            nameof(IGrainCallContext.Invoke) when ++Sent == 1 => Task.FromException(new OperationCanceledException("expired")),
            nameof(IGrainCallContext.Invoke) => Task.CompletedTask,
            _ => GrainId.Create("dma-buffer", "board/buffer"),
        };
    }

    /// <summary>A call to a silo that says nothing.</summary>
    public class WithoutReply : DispatchProxy
    {
        /// <summary>How often it was sent.</summary>
        public int Sent { get; private set; }

        /// <inheritdoc/>
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            Assert.Equal(nameof(IGrainCallContext.Invoke), targetMethod!.Name);
            Sent++;
            return new TaskCompletionSource().Task;
        }
    }
}
