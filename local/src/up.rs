//! `local up`: the stack for a developer, with a demonstration first.

use anyhow::bail;

use crate::checkout::Checkout;
use crate::demonstration::{self, Demonstration};
use crate::folder::Folder;
use crate::ports;
use crate::samples::{DEMONSTRATED, Samples};
use crate::settings::Settings;
use crate::signals::{Signals, Told};
use crate::stack::{Intelligence, Plan, PortChoice, Stack};
use crate::stack_env::StackEnv;
use crate::terminal::{Terminal, say};

/// Runs until told to stop or, with `once`, until the sample message came out. Gives the exit code.
///
/// # Errors
/// What did not come up. Whatever did is ended before this returns.
pub async fn run(settings: &Settings, once: bool) -> anyhow::Result<u8> {
    let mut signals = Signals::listen()?;
    let terminal = Terminal::new(false);
    let checkout = Checkout::find()?;
    let samples = Samples::read(&checkout.samples())?;
    // First the folder: if it is taken, so are the ports, and the folder knows by whom.
    let folder = Folder::take(&settings.folder)?;
    ports::check(&settings.ports)?;
    let intelligence = intelligence(settings);
    if let Intelligence::OpenAi { base_url, .. } = &intelligence {
        terminal.progress(format_args!(
            "OPENAI_API_KEY is set: using {base_url}, not the stand-in (this costs money)"
        ));
    }
    let plan = Plan {
        checkout,
        samples,
        ports: PortChoice::Fixed(settings.ports),
        intelligence,
        terminal,
    };
    let mut stack = Stack::new(folder);
    let ended = tokio::select! {
        ended = serve(&mut stack, &plan, once) => ended,
        told = signals.next() => Ok(End::Told(told)),
    };
    if once && !matches!(ended, Ok(End::Whole)) || ended.is_err() {
        stack.keep_logs();
    }
    let logs = stack.folder().logs();
    if matches!(ended, Ok(End::Told(_))) {
        say("\nstopping");
    }
    stack.stop().await;
    match ended {
        Ok(End::Whole) => Ok(0),
        Ok(End::Served(_)) => Ok(0),
        Ok(End::Told(Told::Interrupt | Told::Terminate | Told::HangUp)) if !once => Ok(0),
        Ok(End::Told(told)) => Ok(told.exit_code()),
        Ok(End::Missing(missing)) => {
            bail!(
                "the sample voice note did not come out whole. Missing: {}\nLogs: {}",
                missing.join("; "),
                logs.display()
            )
        }
        Err(error) => Err(error.context(format!(
            "the local stack did not come up (logs: {})",
            logs.display()
        ))),
    }
}

/// How it ended.
enum End {
    Whole,
    Missing(Vec<String>),
    Served(std::convert::Infallible),
    Told(Told),
}

async fn serve(stack: &mut Stack, plan: &Plan, once: bool) -> anyhow::Result<End> {
    let env = stack.start(plan).await?;
    let missing = demonstrate(plan, &env).await?;
    if once {
        if missing.is_empty() {
            say(format_args!(
                "\nThe sample voice note came out whole, {:.1} s after the start.",
                plan.terminal.elapsed().as_secs_f64()
            ));
            return Ok(End::Whole);
        }
        return Ok(End::Missing(missing));
    }
    if !missing.is_empty() {
        say(format_args!(
            "\nThe sample voice note did not come out whole. Missing: {}",
            missing.join("; ")
        ));
    }
    stack.announce(&env)?;
    welcome(stack, plan, &env);
    Ok(End::Served(std::future::pending().await))
}

/// Plays the sample message; what went wrong is what is missing.
async fn demonstrate(plan: &Plan, env: &StackEnv) -> anyhow::Result<Vec<String>> {
    let sample = plan.samples.message(DEMONSTRATED)?;
    let expected_words = match plan.intelligence {
        Intelligence::StandIn => Some(sample.words.as_str()),
        Intelligence::OpenAi { .. } => None,
    };
    plan.terminal
        .progress(format_args!("{} sends a voice note", sample.profile_name));
    match Demonstration::new(env, &plan.terminal, expected_words)?
        .play(sample)
        .await
    {
        Ok(outcome) => {
            demonstration::show(&outcome, &plan.terminal);
            Ok(outcome.missing)
        }
        Err(error) => Ok(vec![format!("{error:#}")]),
    }
}

fn intelligence(settings: &Settings) -> Intelligence {
    match settings.openai_api_key() {
        None => Intelligence::StandIn,
        Some(api_key) => Intelligence::OpenAi {
            api_key: api_key.to_owned(),
            base_url: settings.openai_base_url().to_owned(),
        },
    }
}

fn welcome(stack: &Stack, plan: &Plan, env: &StackEnv) {
    let file = stack.folder().stack_env();
    let file = file.display();
    say(format_args!(
        "\nThe local stack is running. Ctrl-C stops it and removes everything it made.\n\n  \
         Phone           {}   (a worker's: type or record, see the replies)\n  \
         Office          {}/\n  \
         its key         {}\n  \
         Webhook         {}\n  \
         Stand-ins       {}   (Twilio, OpenAI, controls)\n  \
         AWS emulator    {}\n  \
         Addresses       {file}\n  \
         Logs            {}\n",
        env.phone_url,
        env.data_api_url,
        env.data_api_key,
        env.webhook_url,
        env.standin_url,
        env.aws_endpoint_url,
        stack.folder().logs().display(),
    ));
    let text = plan
        .samples
        .message("text-message")
        .map(|sample| sample.words.clone())
        .unwrap_or_default();
    say(format_args!(
        "Or from another terminal:\n\n  \
         set -a; . {file}; set +a\n  \
         curl -s $STANDIN_URL/_control/inbound -d '{{\"From\":\"whatsapp:'$SENDER_NUMBER'\",\"Body\":\"{text}\"}}'\n  \
         curl -s \"$STANDIN_URL/_control/messages?to=$SENDER_NUMBER\"\n  \
         curl -s -H \"x-api-key: $DATA_API_KEY\" \"$DATA_API_URL/notes?company_id=$COMPANY_ID\"\n"
    ));
}
