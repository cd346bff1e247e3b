//! The whole local stack: what it consists of, in which order it comes up, and how it goes down.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context;
use axum::http::uri::Authority;

use crate::aws::Aws;
use crate::checkout::Checkout;
use crate::deployment::{self, Outputs, Wanted};
use crate::event_source;
use crate::executioner::Executioner;
use crate::folder::Folder;
use crate::function_logs::FunctionLogs;
use crate::http::Http;
use crate::ministack::{ACCESS_KEY, Ministack, REGION};
use crate::phone;
use crate::ports;
use crate::proxy::{Bound, Proxy};
use crate::samples::{COMPANY_ID, COMPANY_NUMBER, SENDER_NUMBER, Samples};
use crate::settings::{FixedPorts, loopback};
use crate::stack_env::StackEnv;
use crate::standin;
use crate::terminal::Terminal;

/// How often another port is tried when a free one was taken in between.
const PORT_ATTEMPTS: u32 = 3;

/// Where a stack listens.
#[derive(Debug, Clone, Copy)]
pub enum PortChoice {
    /// On known ports.
    Fixed(FixedPorts),
    /// On any.
    Free,
}

/// Who understands recordings and makes notes.
#[derive(Clone)]
pub enum Intelligence {
    /// The stand-in: word lists.
    StandIn,
    /// OpenAI, or a server that speaks its API.
    OpenAi {
        /// Goes into the emulator's Secrets Manager and nowhere else.
        api_key: String,
        /// With its `/v1`.
        base_url: String,
    },
}

/// What a stack is made from.
#[derive(Clone)]
pub struct Plan {
    /// The repository and the binaries.
    pub checkout: Checkout,
    /// The made-up company.
    pub samples: Samples,
    /// Where to listen.
    pub ports: PortChoice,
    /// Whose answers.
    pub intelligence: Intelligence,
    /// Who is told about progress.
    pub terminal: Terminal,
}

/// The parts of a stack, filled in as they come up: whatever happens meanwhile, [`Stack::stop`] ends what is there.
pub struct Stack {
    folder: Folder,
    standin: Option<standin::Handle>,
    proxy: Option<Proxy>,
    ministack: Option<Ministack>,
    logs: Option<FunctionLogs>,
}

impl Stack {
    /// Nothing is running yet.
    #[must_use]
    pub fn new(folder: Folder) -> Self {
        Self {
            folder,
            standin: None,
            proxy: None,
            ministack: None,
            logs: None,
        }
    }

    /// The folder of its files.
    #[must_use]
    pub fn folder(&self) -> &Folder {
        &self.folder
    }

    /// The logs will be there after the end, for whoever wants to know what went wrong.
    pub fn keep_logs(&mut self) {
        self.folder.keep_logs();
    }

    /// Starts everything and waits until everything answers.
    ///
    /// # Errors
    /// What did not come up, and why.
    pub async fn start(&mut self, plan: &Plan) -> anyhow::Result<StackEnv> {
        let account = Account::new();
        let executioner = Arc::new(Executioner::default());
        let (standin_url, media_addr) = self.start_standin(plan, &account, executioner.clone()).await?;
        self.start_ministack(plan, &executioner).await?;
        let ministack = self.ministack.as_ref().context("the emulator is gone")?;
        let endpoint = ministack.endpoint();
        plan.terminal.progress(format_args!(
            "AWS emulator at {endpoint}, stand-ins at {standin_url}"
        ));

        let (api_key, openai_base_url) = match &plan.intelligence {
            Intelligence::StandIn => (account.openai_api_key.clone(), format!("{standin_url}/v1")),
            Intelligence::OpenAi { api_key, base_url } => (api_key.clone(), base_url.clone()),
        };
        let secrets = account.secrets(&api_key);
        self.folder.write_private(&self.folder.secrets(), &secrets)?;
        let wanted = Wanted {
            endpoint: endpoint.clone(),
            twilio_base_url: standin_url.clone(),
            twilio_media_hosts: media_addr.to_string(),
            twilio_whatsapp_number: COMPANY_NUMBER.to_owned(),
            openai_base_url,
        };
        let outputs = deployment::deploy(&plan.checkout, &self.folder, &wanted, &plan.terminal).await?;
        event_source::mend_concurrency(&endpoint, &outputs.voice_parser_function).await?;
        if let Some(standin) = &self.standin {
            standin.set_webhook_url(outputs.webhook_url.as_str());
        }
        self.logs = Some(FunctionLogs::follow(&endpoint, &outputs, &self.folder.logs())?);

        let aws = Aws::at(&endpoint).await;
        let records = aws.seed(&outputs.voice_data_bucket, &plan.samples).await?;
        plan.terminal.progress(format_args!(
            "{records} records of the sample company are in the bucket"
        ));
        let data_api_key = aws.api_key(&outputs.data_api_key_secret_arn).await?;
        everything_answers(&aws, &outputs).await?;
        plan.terminal.progress("all functions answer");
        Ok(account.stack_env(outputs, data_api_key, endpoint, &standin_url))
    }

    /// Makes `stack.env`: from now on others may use the stack.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn announce(&self, env: &StackEnv) -> anyhow::Result<()> {
        self.folder.write_private(&self.folder.stack_env(), &env.render())
    }

    /// Ends everything and removes its files.
    pub async fn stop(self) {
        let Self {
            folder,
            standin,
            proxy,
            ministack,
            logs,
        } = self;
        if let Some(logs) = logs {
            logs.stop().await;
        }
        if let Some(ministack) = ministack {
            ministack.stop().await;
        }
        drop(proxy);
        if let Some(standin) = standin {
            standin.shutdown().await;
        }
        drop(folder);
    }

    async fn start_standin(
        &mut self,
        plan: &Plan,
        account: &Account,
        executioner: Arc<Executioner>,
    ) -> anyhow::Result<(String, SocketAddr)> {
        let mut settings = standin::Settings::new(
            &account.sid,
            &account.auth_token,
            &format!("whatsapp:{COMPANY_NUMBER}"),
        );
        if let PortChoice::Fixed(ports) = plan.ports {
            settings.api_addr = loopback(ports.standin);
            settings.media_addr = loopback(ports.media);
        }
        settings.openai_api_key = Some(account.openai_api_key.clone());
        settings.known_transcripts = plan.samples.transcripts();
        settings.killer = Some(executioner);
        settings.pages = phone::router(&plan.samples)?;
        let standin = standin::serve(settings).await?;
        let found = (standin.api_url().to_owned(), standin.media_addr());
        self.standin = Some(standin);
        Ok(found)
    }

    async fn start_ministack(&mut self, plan: &Plan, executioner: &Executioner) -> anyhow::Result<()> {
        let standin = self.standin.as_ref().context("the stand-ins are gone")?;
        let mut attempt = 1;
        loop {
            let (aws_port, proxy_port) = match plan.ports {
                PortChoice::Fixed(ports) => (ports.aws, ports.aws_proxy),
                PortChoice::Free => (ports::free()?, 0),
            };
            let bound = Bound::at(loopback(proxy_port)).await?;
            let listeners = vec![standin.api_addr(), standin.media_addr(), bound.addr()];
            match Ministack::start(&plan.checkout, &self.folder, aws_port, &bound.url()).await {
                Ok(ministack) => {
                    let upstream = Authority::try_from(loopback(aws_port).to_string())
                        .context("the emulator's address is none")?;
                    executioner.learn(ministack.pid(), listeners);
                    self.proxy = Some(bound.serve(upstream, standin.interference()));
                    self.ministack = Some(ministack);
                    return Ok(());
                }
                Err(error) => {
                    let again = matches!(plan.ports, PortChoice::Free) && attempt < PORT_ATTEMPTS;
                    if !again {
                        return Err(error);
                    }
                    attempt += 1;
                }
            }
        }
    }
}

/// The first call of each function starts its process: whoever comes next does not wait for that.
async fn everything_answers(aws: &Aws, outputs: &Outputs) -> anyhow::Result<()> {
    let http = Http::new()?;
    let health = format!("{}/health", outputs.data_api_url);
    let (health, unsigned, lookup) = tokio::join!(
        http.get(&health),
        http.send(http.client().post(&outputs.webhook_url)),
        aws.knows_sender(&outputs.customer_lookup_function, SENDER_NUMBER),
    );
    health?
        .successful()
        .context("the data API does not answer as it should")?;
    let status = unsigned.context("the webhook does not answer")?.status;
    anyhow::ensure!(
        status == 401,
        "the webhook answers an unsigned request with {status}, not 401"
    );
    lookup
}

/// A made-up account at Twilio, new for every stack.
struct Account {
    sid: String,
    auth_token: String,
    /// What the OpenAI stand-in accepts.
    openai_api_key: String,
}

impl Account {
    fn new() -> Self {
        Self {
            sid: format!("AC{}", shared::ids::random_hex32()),
            auth_token: shared::ids::random_hex32(),
            openai_api_key: format!("sk-local-{}", shared::ids::random_hex32()),
        }
    }

    fn secrets(&self, openai_api_key: &str) -> String {
        format!(
            "TWILIO_ACCOUNT_SID={}\nTWILIO_AUTH_TOKEN={}\nOPENAI_API_KEY={openai_api_key}\n",
            self.sid, self.auth_token
        )
    }

    fn stack_env(
        self,
        outputs: Outputs,
        data_api_key: String,
        endpoint: String,
        standin_url: &str,
    ) -> StackEnv {
        StackEnv {
            webhook_url: outputs.webhook_url,
            data_api_url: outputs.data_api_url,
            data_api_key,
            twilio_account_sid: self.sid,
            twilio_auth_token: self.auth_token,
            twilio_whatsapp_number: COMPANY_NUMBER.to_owned(),
            sender_number: SENDER_NUMBER.to_owned(),
            company_id: COMPANY_ID.to_owned(),
            s3_bucket: outputs.voice_data_bucket,
            queue_url: outputs.queue_url,
            dlq_url: outputs.dlq_url,
            customer_lookup_function: outputs.customer_lookup_function,
            aws_endpoint_url: endpoint,
            aws_region: REGION.to_owned(),
            aws_access_key_id: ACCESS_KEY.to_owned(),
            aws_secret_access_key: ACCESS_KEY.to_owned(),
            standin_url: standin_url.to_owned(),
            phone_url: format!("{standin_url}/phone"),
        }
    }
}
