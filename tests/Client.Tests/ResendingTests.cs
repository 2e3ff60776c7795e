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
