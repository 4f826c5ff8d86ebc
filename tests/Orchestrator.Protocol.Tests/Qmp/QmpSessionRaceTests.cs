using CsCheck;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Qmp;

namespace Orchestrator.Protocol.Tests.Qmp;

public class QmpSessionRaceTests
{
    /// <summary>What happens next: a command, an answer to one of the unanswered, the same again, time, noise.</summary>
    private enum Step
    {
        InBand,
        OutOfBand,
        Answer,
        AnswerTwice,
        Refuse,
        Time,
        Noise,
        Event,
    }

    private static readonly Gen<(Step, int)[]> Steps = Gen.Select(Gen.Enum<Step>(), Gen.Int[0, 100]).Array[1, 40];

    private sealed class Counter : IReplyReceiver
    {
        private int _results;

        public int Results => Volatile.Read(ref _results);

        public CommandResult? Result { get; private set; }

        public void OnResult(CommandResult result)
        {
            Result = result;
            Interlocked.Increment(ref _results);
        }
    }

    [Fact]
    public Task Every_command_has_exactly_one_result_whatever_the_order() =>
        Steps.SampleAsync(
            async steps =>
            {
                var counters = new List<Counter>();
                await using (var test = await QmpTest.OnlineAsync(new QmpSessionOptions { MaxInBand = 3, MaxQueued = 4 }))
                {
                    foreach (var (step, number) in steps)
                        await TakeAsync(test, counters, step, number);
                    await test.Session.DisposeAsync();
                    test.Time.Advance(QmpTest.Timeout * 2);
                }
                Assert.All(counters, counter => Assert.Equal(1, counter.Results));
            },
            iter: 300);

    [Fact]
    public async Task Answers_deadlines_and_the_end_at_the_same_time_give_one_result_each()
    {
        for (var round = 0; round < 30; round++)
        {
            await using var test = await QmpTest.OnlineAsync(new QmpSessionOptions { MaxInBand = 4 });
            var counters = Enumerable.Range(0, 40).Select(_ => new Counter()).ToArray();
            var serving = Task.Run(() => test.Server.ServeAsync(_ => "{}"));

            await Task.WhenAll(
                Task.Run(() => Parallel.ForEach(counters, counter => test.Session.Begin(QmpTest.Command("query-name"), TimeSpan.FromSeconds(1), counter))),
                Task.Run(() => test.Time.Advance(TimeSpan.FromSeconds(1))),
                Task.Run(async () => await test.Session.DisposeAsync()));

            Assert.All(counters, counter => Assert.Equal(1, counter.Results));
            try
            {
                await serving;
            }
            catch (IOException)
            {
                // The server was writing when the session left.
            }
        }
    }

    private static async Task TakeAsync(QmpTest test, List<Counter> counters, Step step, int number)
    {
        switch (step)
        {
            case Step.InBand or Step.OutOfBand:
                counters.Add(new Counter());
                test.Session.Begin(QmpTest.Command("x", step == Step.OutOfBand), TimeSpan.FromSeconds(number), counters[^1]);
                break;
            case Step.Answer or Step.AnswerTwice:
                for (var times = step == Step.Answer ? 1 : 2; times > 0; times--)
                    await test.Server.ReturnAsync($"{Id(counters, number)}");
                break;
            case Step.Refuse:
                await test.Server.ErrorAsync($"{Id(counters, number)}", "GenericError", "no");
                break;
            case Step.Time:
                test.Time.Advance(TimeSpan.FromSeconds(number / 10.0));
                break;
            case Step.Noise:
                await test.Server.SendLineAsync(new string('{', number));
                break;
            default:
                await test.Server.EventAsync("STOP");
                break;
        }
    }

    /// <summary>The negotiation has the id 1, the first command 2.</summary>
    private static int Id(List<Counter> counters, int number) => 2 + (number % (counters.Count + 1));
}
