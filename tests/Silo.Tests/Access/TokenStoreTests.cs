using CsCheck;
using DmaGrains.Silo.Access;
using DmaGrains.Silo.Settings;
using DmaGrains.Silo.Tests.Machines;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace DmaGrains.Silo.Tests.Access;

public sealed class TokenStoreTests : IDisposable
{
    private const string Reading = "reading-token-0001";
    private const string Changing = "changing-token-0001";

    private readonly TemporaryFolder _folder = new();
    private readonly SetClock _clock = new();
    private readonly List<string> _logged = [];

    private string TokenFile => _folder.File("tokens");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Without_tokens_everyone_may_change()
    {
        var store = new TokenStore(new(), _clock, NullLogger.Instance);

        Assert.False(store.AreNeeded);
        Assert.Equal(Permission.Change, store.PermissionOf(null));
    }

    [Fact]
    public void Each_token_permits_what_it_is_for()
    {
        var store = new TokenStore(new() { ReadToken = Reading, ChangeToken = Changing }, _clock, NullLogger.Instance);

        Assert.Equal(Permission.Read, store.PermissionOf(Reading));
        Assert.Equal(Permission.Change, store.PermissionOf(Changing));
        Assert.Equal(Permission.None, store.PermissionOf(null));
        Assert.Equal(Permission.None, store.PermissionOf(string.Empty));
        Assert.Equal(Permission.None, store.PermissionOf(new string('a', 100_000)));
    }

    [Fact]
    public void What_is_not_a_token_of_the_store_permits_nothing()
    {
        var store = new TokenStore(new() { ReadToken = Reading, ChangeToken = Changing }, _clock, NullLogger.Instance);
        var near = Gen.Select(Gen.OneOf(Gen.Const(Reading), Gen.Const(Changing)), Gen.Int[0, 15], Gen.Char.AlphaNumeric, (token, index, other) => $"{token[..index]}{other}{token[(index + 1)..]}");

        Gen.OneOf(near, Gen.String[Gen.Char.AlphaNumeric, 0, 40]).Where(text => text is not (Reading or Changing))
            .Sample(text => store.PermissionOf(text) == Permission.None);
    }

    [Fact]
    public void A_token_of_both_kinds_permits_more()
    {
        File.WriteAllText(TokenFile, $"change {Reading}\nread {Reading}");

        Assert.Equal(Permission.Change, Store().PermissionOf(Reading));
    }

    [Fact]
    public void A_file_is_read_again_when_it_changes_and_not_before_a_second_has_passed()
    {
        File.WriteAllText(TokenFile, $"# of the line\n\n  read   {Reading}\r\n");
        var store = Store();
        Assert.Equal(Permission.Read, store.PermissionOf(Reading));
        File.WriteAllText(TokenFile, $"change {Changing}");

        _clock.Add(TimeSpan.FromSeconds(1) - TimeSpan.FromTicks(1));
        Assert.Equal(Permission.Read, store.PermissionOf(Reading));
        Assert.Equal(Permission.None, store.PermissionOf(Changing));

        _clock.Add(TimeSpan.FromTicks(1));
        Assert.Equal(Permission.None, store.PermissionOf(Reading));
        Assert.Equal(Permission.Change, store.PermissionOf(Changing));
        Assert.Empty(_logged);
    }

    [Fact]
    public void A_file_without_tokens_lets_nobody_in()
    {
        File.WriteAllText(TokenFile, $"read {Reading}");
        var store = Store();
        File.WriteAllText(TokenFile, string.Empty);

        _clock.Add(TimeSpan.FromSeconds(1));

        Assert.True(store.AreNeeded);
        Assert.Equal(Permission.None, store.PermissionOf(Reading));
    }

    [Theory]
    [InlineData(null, "cannot be read")]
    [InlineData("read secret-7Qx", "line 1 is not a token")]
    public void What_a_file_said_counts_until_it_can_be_read_again_and_that_is_logged_once(string? text, string problem)
    {
        File.WriteAllText(TokenFile, $"read {Reading}");
        var store = Store();
        if (text is null)
        {
            File.Delete(TokenFile);
        }
        else
        {
            File.WriteAllText(TokenFile, text);
        }

        for (var second = 0; second < 3; second++)
        {
            _clock.Add(TimeSpan.FromSeconds(1));
            Assert.Equal(Permission.Read, store.PermissionOf(Reading));
        }

        var line = Assert.Single(_logged);
        Assert.StartsWith("token-file", line, StringComparison.Ordinal);
        Assert.Contains(problem, line, StringComparison.Ordinal);
        Assert.DoesNotContain("7Qx", line, StringComparison.Ordinal);
        File.WriteAllText(TokenFile, $"change {Changing}");
        _clock.Add(TimeSpan.FromSeconds(1));
        Assert.Equal(Permission.None, store.PermissionOf(Reading));
        Assert.Equal(Permission.Change, store.PermissionOf(Changing));
    }

    [Theory]
    [InlineData("read short-secret-7Q", "line 1")]
    [InlineData("read reading-token-0001\nwrite secret-7Qx-secret-7Qx", "line 2")]
    [InlineData("secret-7Qx-secret-7Qx", "line 1")]
    [InlineData("read secret-7Qx secret-7Qx", "line 1")]
    [InlineData("read secret-7Qx-secret-7Qü", "line 1")]
    public void A_malformed_line_is_named_and_not_repeated(string text, string where)
    {
        text = text.Replace("short-secret-7Q", "short-secret-7Q"[..15], StringComparison.Ordinal);

        var problem = Assert.Throws<FormatException>(() => DmaGrains.Silo.Access.TokenFile.Parse(text)).Message;

        Assert.StartsWith($"{where} is not a token: expected 'read TOKEN' or 'change TOKEN'", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("7Q", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_has_at_most_a_hundred_tokens()
    {
        static string Lines(int count) => string.Join('\n', Enumerable.Range(0, count).Select(number => $"read token-number-{number:D16}"));

        Assert.Equal(100, DmaGrains.Silo.Access.TokenFile.Parse(Lines(100)).Length);
        Assert.Equal("there are 101 tokens: expected at most 100.", Assert.Throws<FormatException>(() => DmaGrains.Silo.Access.TokenFile.Parse(Lines(101))).Message);
    }

    private TokenStore Store() => new(new SiloSettings { TokenFile = TokenFile }, _clock, new Logger(_logged));

    private sealed class Logger(List<string> lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Add(formatter(state, exception));
    }
}
